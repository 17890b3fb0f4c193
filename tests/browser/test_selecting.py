"""Selecting people of a list in a real browser: over pages and searches, everyone, and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from ascender.demo.history import known_op_id

from .conftest import Demo, Opening
from .pages import MESSAGE, goto_unticked, open_selected
from .test_answers import hold

ELIGIBLE, FAILED = f"{MESSAGE}eligible/", f"{MESSAGE}assigned/?delivery=failed"


@pytest.fixture
def page(demo: Demo, open_page: Opening) -> Page:
    return open_page(demo, "ada@meridian.example")


def test_what_is_ticked_stays_over_pages_and_searches_until_it_is_trimmed(page: Page) -> None:
    open_selected(page)
    count = page.locator("[data-asc-count]")
    expect(count).to_have_text("3 selected, 1 on this page")
    page.locator("[data-asc-kept]").first.click()
    page.keyboard.press("Escape")
    page.get_by_role("searchbox").fill("nobody-is-called-this")
    expect(page.get_by_role("heading", name="Nobody matches")).to_be_visible()
    page.get_by_role("searchbox").fill("")
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    expect(count).to_have_text(re.compile("^2 selected"))
    page.reload()
    expect(count).to_have_text(re.compile("^2 selected"))

    page.locator("summary").filter(has_text="Actions").click()
    page.get_by_role("button", name="Unassign", exact=True).click()
    expect(page.get_by_role("heading", name="Unassign 2 people")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Clear", exact=True).click()
    expect(count).to_have_text("Nobody selected")


def test_what_is_ticked_and_typed_before_the_scripts_have_come_counts(page: Page) -> None:
    release = hold(page, "/htmx[^/]*[.]js")
    page.goto(ELIGIBLE, wait_until="commit")
    box = page.get_by_role("checkbox", name="Select Lena Brandt")
    page.get_by_role("searchbox").fill("lena")
    page.get_by_role("checkbox", name=re.compile("^Select ")).nth(1).check()
    release()
    expect(page).to_have_url(re.compile("q=lena"))
    expect(box).to_be_visible()
    expect(page.locator("[data-asc-count]")).to_have_text("1 selected, 0 on this page")


def test_everyone_is_a_second_step_that_ends_with_another_question(page: Page) -> None:
    page.goto(ELIGIBLE)
    everyone = page.get_by_role("checkbox", name=re.compile("^Select all [0-9]+$"))
    expect(everyone).to_be_hidden()
    page.get_by_role("checkbox", name="Select all on this page").check()
    everyone.check()
    count = page.locator("[data-asc-count]")
    expect(count).to_have_text(re.compile("^All [0-9]+ selected"))
    page.locator("#page-next").click()
    expect(page.get_by_role("checkbox").nth(5)).to_be_checked()
    expect(count).to_have_text(re.compile("^All [0-9]+ selected"))
    page.get_by_role("searchbox").fill("an")
    expect(count).not_to_have_text(re.compile("^All"))


def test_who_is_unticked_of_everyone_is_said_to_leave_those_who_were_seen(page: Page) -> None:
    goto_unticked(page, f"{MESSAGE}assigned/")
    page.get_by_role("checkbox", name="Select all on this page").check()
    page.get_by_role("checkbox", name=re.compile("^Select all [0-9]+$")).check()
    count = page.locator("[data-asc-count]")
    number = re.findall("[0-9]+", count.inner_text())[0]
    page.locator("#page-next").click()
    expect(page.locator(".asc-pager__pages [aria-current]")).to_have_text("2")
    page.locator("[name=learner]").first.uncheck()
    expect(count).to_have_text(f"No longer all {number}: 49 selected, 24 on this page")
    page.locator("[name=learner]").nth(1).uncheck()
    expect(count).to_have_text("48 selected, 23 on this page")


@pytest.mark.parametrize("by", ["its size", "its address"])
def test_everyone_stays_selected_when_the_list_has_one_page_only(page: Page, by: str) -> None:
    page.goto(ELIGIBLE)
    page.get_by_role("checkbox", name="Select all on this page").check()
    page.get_by_role("checkbox", name=re.compile("^Select all [0-9]+$")).check()
    count = page.locator("[data-asc-count]")
    number = re.findall("[0-9]+", count.inner_text())[0]
    page.locator("#size-100").click() if by == "its size" else page.goto(f"{ELIGIBLE}?size=100&page=2")
    expect(page.locator("[name=learner]")).to_have_count(int(number))
    expect(count).to_have_text(f"{number} selected")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text(f"Assign {number} people")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Clear", exact=True).click()
    expect(count).to_have_text("Nobody selected")


def test_a_dialog_is_opened_by_the_address_that_the_list_has_by_now(page: Page) -> None:
    """Whoever has to log in first is led back to it."""
    page.goto(ELIGIBLE)
    page.get_by_role("searchbox").fill("an")
    expect(page.locator("#list-count")).to_have_text(re.compile("“an”$"))
    page.get_by_role("checkbox").nth(1).check()
    with page.expect_request("**/assign/?q=an"):
        page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_everyone_of_a_list_that_finds_nobody_any_more_is_nobody(page: Page) -> None:
    page.goto(f"{ELIGIBLE}?q=an")
    page.get_by_role("checkbox", name="Select all on this page").check()
    page.get_by_role("checkbox", name="that match").check()
    page.evaluate(
        "for (const [key, kept] of Object.entries(sessionStorage))"
        " sessionStorage.setItem(key, kept.replace('q=an', 'q=nobody-is-called-this'))"
    )
    page.goto(f"{ELIGIBLE}?q=nobody-is-called-this")
    expect(page.locator("[data-asc-count]")).to_have_text("Nobody selected")


def press_known(page: Page, action: str) -> None:
    """Press it in the dialog and be led to what came of an earlier one: the demo is left as it is."""
    there = f"{MESSAGE}assigned/?operation={page.locator('dialog [name=op_id]').input_value()}"
    page.route(f"{MESSAGE}**", lambda route: route.fulfill(status=302, headers={"Location": there}), times=1)
    page.get_by_role("dialog").get_by_role("button", name=action, exact=True).click()
    expect(page.locator("#result")).to_be_visible()


def make_known(page: Page) -> None:
    """Have the press of the dialog be one that the demo has done."""
    op_id = known_op_id("sent-again")
    page.locator("dialog [name=op_id]").evaluate("(field, op_id) => { field.value = op_id; }", f"{op_id}")


def tick_one_who_failed(page: Page) -> None:
    goto_unticked(page, FAILED)
    page.get_by_role("checkbox").nth(1).check()
    expect(page.locator("[data-asc-count]")).to_have_text("1 selected")


def open_dialog(page: Page, action: str) -> None:
    page.locator("summary").filter(has_text="Actions").click()
    page.get_by_role("button", name=action).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    make_known(page)


def test_a_press_from_elsewhere_leaves_what_is_ticked(page: Page) -> None:
    """Its dialog was opened by a message ledger, or the result is a link from a colleague."""
    tick_one_who_failed(page)
    open_dialog(page, "Send again")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Failed").first.click()
    page.get_by_role("button", name="Send again").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    make_known(page)
    press_known(page, "Send again")
    count = page.locator("[data-asc-count]")
    expect(count).to_have_text(re.compile("^1 selected"))
    page.goto(f"{MESSAGE}assigned/?operation={known_op_id('reminded')}")
    expect(count).to_have_text(re.compile("^1 selected"))


def test_without_its_result_the_list_is_as_it_was_searched_since(page: Page) -> None:
    page.goto(f"{MESSAGE}assigned/?operation={known_op_id('reminded')}&sort=-due&status=in_progress")
    page.get_by_role("searchbox").fill("an")
    expect(page.locator("#list-count")).to_have_text(re.compile("“an”$"))
    page.get_by_role("link", name="Dismiss this result").click()
    expect(page.locator("#result")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"assigned/\?(?!.*operation)(?=.*q=an)(?=.*sort=-due)(?=.*status=in_progress)"))


def test_a_press_of_the_selection_uses_it_up_once(page: Page) -> None:
    tick_one_who_failed(page)
    open_dialog(page, "Send again")
    press_known(page, "Send again")
    count = page.locator("[data-asc-count]")
    expect(count).to_have_text("Nobody selected")
    result = page.url
    page.goto(FAILED)
    page.get_by_role("checkbox").nth(1).check()
    page.goto(result)
    expect(count).to_have_text(re.compile("^1 selected"))


def test_a_press_that_was_refused_first_uses_it_up_too(page: Page) -> None:
    tick_one_who_failed(page)
    open_dialog(page, "Change due date")
    page.get_by_role("dialog").get_by_role("button", name="Change due date").click()
    expect(page.get_by_label("Due Date", exact=True)).to_be_focused()
    page.get_by_label("Due Date", exact=True).fill("2090-03-09")
    expect(page.get_by_role("dialog")).to_contain_text("2090")
    press_known(page, "Change due date")
    expect(page.locator("[data-asc-count]")).to_have_text("Nobody selected")


def test_without_javascript_everyone_is_a_box_in_the_bar(demo: Demo, open_page: Opening) -> None:
    bare = open_page(demo, "ada@meridian.example", java_script_enabled=False)
    bare.goto(f"{ELIGIBLE}?open=region")
    bare.locator("#filter-region label").first.click()
    bare.locator("#filter-region-apply").click()
    expect(bare).to_have_url(re.compile("region="))
    number = re.findall(r"^(\d+) of", bare.locator("#list-count").inner_text())[0]
    bare.get_by_role("checkbox", name=f"Select all {number} that match").check()
    bare.get_by_role("button", name="Assign", exact=True).click()
    expect(bare.get_by_role("dialog")).to_contain_text(f"Assign {number} people")
