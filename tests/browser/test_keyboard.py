"""Assigning with the keyboard alone; the focus is always where the next thing happens."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Demo, Opening

ELIGIBLE = "/team/assignments/certifications/value-negotiation/eligible/"
MOST_TABS = 80


@pytest.fixture
def page(demo: Demo, open_page: Opening) -> Page:
    return open_page(demo, "ada@meridian.example")


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the element has the focus, and shows it."""
    # Counted, which the page does at once: an element that is fetched to be asked may be exchanged meanwhile.
    focused = wanted.and_(page.locator(":focus-visible"))
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if focused.count():
            return
    raise AssertionError(f"{wanted} is not reached by Tab, or does not show it")


def tick_the_first(page: Page) -> str:
    """Tick the first person's box with the space bar; their name."""
    box = page.get_by_role("checkbox", name=re.compile("^Select (?!all)")).first
    name = (box.locator("xpath=..").text_content() or "").strip().removeprefix("Select ")
    tab_to(page, box)
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    return name


def test_skipping_to_the_content_is_the_first_stop(page: Page) -> None:
    page.goto(ELIGIBLE)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_box_shows_that_it_has_the_focus(page: Page) -> None:
    page.goto(ELIGIBLE)
    box = page.get_by_role("checkbox", name="Select all on this page")
    tab_to(page, box)
    expect(box).to_have_css("outline-style", "solid")


def test_assigning_with_the_keyboard_alone(page: Page) -> None:
    page.goto(ELIGIBLE)
    name = tick_the_first(page)
    tab_to(page, page.get_by_role("button", name="Assign", exact=True))

    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    tab_to(page, dialog.get_by_role("button", name="Assign", exact=True))
    page.keyboard.press("Enter")

    result = page.get_by_role("heading", name="1 person is now assigned")
    expect(result).to_be_focused()
    page.get_by_role("link", name=re.compile(r"^Assigned \d")).press("Enter")
    page.get_by_role("searchbox").press_sequentially(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("checkbox", name=f"Select {name}")).to_be_visible()


@pytest.mark.parametrize("how", ["Escape", "Cancel"])
def test_closing_the_dialog_gives_the_focus_back(page: Page, how: str) -> None:
    page.goto(ELIGIBLE)
    tick_the_first(page)
    assign = page.get_by_role("button", name="Assign", exact=True)
    tab_to(page, assign)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()

    if how == "Escape":
        page.keyboard.press("Escape")
    else:
        tab_to(page, page.get_by_role("dialog").get_by_text("Cancel", exact=True))
        page.keyboard.press("Enter")

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(assign).to_be_focused()


def test_the_focus_stays_inside_the_dialog(page: Page) -> None:
    page.goto(ELIGIBLE)
    tick_the_first(page)
    tab_to(page, page.get_by_role("button", name="Assign", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()

    for _ in range(12):
        page.keyboard.press("Tab")
        # The browser's own bar is a stop as well: then nothing of the page has the focus.
        assert page.evaluate(
            "document.activeElement === document.body || Boolean(document.activeElement.closest('dialog'))"
        )


def test_a_day_in_the_past_keeps_the_dialog_and_puts_the_focus_on_the_field(page: Page) -> None:
    page.goto(ELIGIBLE)
    tick_the_first(page)
    tab_to(page, page.get_by_role("button", name="Assign", exact=True))
    page.keyboard.press("Enter")
    due = page.get_by_role("dialog").get_by_label("Due Date")
    due.fill("2020-02-29")

    tab_to(page, page.get_by_role("dialog").get_by_role("button", name="Assign", exact=True))
    page.keyboard.press("Enter")

    expect(due).to_be_focused()
    expect(due).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("dialog")).to_contain_text(re.compile("today or (a )?later", re.IGNORECASE))


def test_a_menu_opens_and_closes_with_the_keyboard(page: Page) -> None:
    page.goto("/")
    menu = page.locator("summary[aria-label^='Profile and Account Settings']")
    tab_to(page, menu)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Team Management")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="My Profile")).to_be_focused()

    page.keyboard.press("Escape")

    expect(page.get_by_role("link", name="Team Management")).to_be_hidden()
    expect(menu).to_be_focused()
