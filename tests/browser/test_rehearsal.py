"""What a press would do is told while its form is filled in: with the keyboard alone, and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Demo, Opening
from .pages import MESSAGE, open_due_date_rehearsal
from .test_keyboard import tab_to, tick_the_first

ASSIGNED = f"{MESSAGE}assigned/?sort=-due"


@pytest.fixture
def page(demo: Demo, open_page: Opening) -> Page:
    return open_page(demo, "ada@meridian.example")


@pytest.fixture
def bare(demo: Demo, open_page: Opening) -> Page:
    return open_page(demo, "ada@meridian.example", java_script_enabled=False)


def test_days_before_and_after_follow_what_is_typed_and_the_focus_stays(page: Page) -> None:
    page.goto(ASSIGNED)
    tick_the_first(page)
    tab_to(page, page.locator("summary").filter(has_text="Actions"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Change due date"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("ArrowDown")
    days = page.get_by_label("Days later")
    tab_to(page, days)
    page.keyboard.type("30")
    expect(page.get_by_role("columnheader", name="Due then")).to_be_visible()
    expect(days).to_be_focused()
    expect(page.get_by_label("Due Date", exact=True)).not_to_be_visible()


TYPED_AT_THE_ANSWER = """() => document.addEventListener("htmx:beforeSwap", () => {
    const days = document.querySelector("dialog [name=days]");
    days.value = "30";
    days.dispatchEvent(new Event("input", {bubbles: true}));
}, {once: true})"""


def test_what_is_typed_while_an_answer_arrives_is_asked_for_too(page: Page) -> None:
    page.goto(ASSIGNED)
    tick_the_first(page)
    page.locator("summary").filter(has_text="Actions").click()
    page.get_by_role("button", name="Change due date").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.evaluate(TYPED_AT_THE_ANSWER)
    page.get_by_label("Move each by some days").check()
    expect(page.get_by_role("columnheader", name="Due then")).to_be_visible()


TYPED_AS_IT_OPENS = """() => document.addEventListener("htmx:afterSwap", () => setTimeout(() => {
    document.querySelector("dialog [value=by]").click();
    const days = document.querySelector("dialog [name=days]");
    days.value = "30";
    days.dispatchEvent(new Event("input", {bubbles: true}));
}), {once: true})"""


def test_what_is_typed_in_the_moment_in_which_the_dialog_opens_is_asked_for(page: Page) -> None:
    page.goto(ASSIGNED)
    tick_the_first(page)
    page.locator("summary").filter(has_text="Actions").click()
    page.evaluate(TYPED_AS_IT_OPENS)
    page.get_by_role("button", name="Change due date").click()
    expect(page.get_by_role("columnheader", name="Due then")).to_be_visible()


def test_what_cannot_be_moved_is_named_before_the_press(page: Page) -> None:
    open_due_date_rehearsal(page)
    expect(page.get_by_role("dialog")).to_contain_text("Has completed it already.")
    expect(page.get_by_role("button", name="Change due date").last).to_be_in_viewport()


def test_without_javascript_a_button_shows_it(bare: Page) -> None:
    bare.goto(ASSIGNED)
    bare.get_by_role("checkbox").nth(1).check()
    bare.locator("summary").filter(has_text="Actions").click()
    bare.get_by_role("button", name="Change due date").click()
    bare.get_by_label("Move each by some days").check()
    bare.get_by_label("Days later").fill("30")
    bare.get_by_label("Reason").fill("Quarter end")
    bare.get_by_role("button", name="Show what will happen").click()
    expect(bare.get_by_role("columnheader", name="Due then")).to_be_visible()
    expect(bare.get_by_label("Reason")).to_have_value("Quarter end")
    expect(bare.get_by_role("heading", name=re.compile("Change due date"))).to_be_visible()
