"""What became of messages: looked up with the keyboard alone, and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Demo, Opening
from .pages import MANAGERS, MESSAGE, REMINDERS, UPCOMING, open_ledger_of_what_failed, open_saved_reminders
from .test_keyboard import tab_to, tick_the_first

ASSIGNED = f"{MESSAGE}assigned/"
FAILED = re.compile("^Failed ?: messages to")


@pytest.fixture
def page(demo: Demo, open_page: Opening) -> Page:
    return open_page(demo, "ada@meridian.example")


@pytest.fixture
def bare(demo: Demo, open_page: Opening) -> Page:
    return open_page(demo, "ada@meridian.example", java_script_enabled=False)


@pytest.mark.parametrize("action", ["Remind now", "Send again"])
def test_an_action_is_chosen_and_left_again_with_the_keyboard(page: Page, action: str) -> None:
    page.goto(ASSIGNED)
    tick_the_first(page)
    menu = page.locator("summary").filter(has_text="Actions")
    tab_to(page, menu)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name=action, exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(menu).to_be_focused()


def test_the_note_below_an_action_is_part_of_its_target(page: Page) -> None:
    page.goto(ASSIGNED)
    page.get_by_role("checkbox").nth(1).check()
    page.locator("summary").filter(has_text="Actions").click()
    page.locator("#team-remind-now-note").click(force=True)
    expect(page.get_by_role("dialog")).to_contain_text("Remind")


def test_the_filter_is_set_with_the_keyboard_and_says_so(page: Page) -> None:
    page.goto(ASSIGNED)
    menu = page.locator("#filter-delivery > summary")
    tab_to(page, menu)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Did not get the email"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Apply"))
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("delivery=failed"))
    expect(menu).to_have_text(re.compile(r"Email\s*\(1\)"))
    expect(page.get_by_role("link", name=FAILED)).to_have_count(page.get_by_role("row").count() - 1)
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()


def test_an_email_is_read_and_sent_again_from_the_ledger_with_the_keyboard(page: Page) -> None:
    open_ledger_of_what_failed(page)
    again = page.get_by_role("button", name="Send again")
    tab_to(page, again)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Send again to 1 person")).to_be_visible()
    page.keyboard.press("Escape")
    expect(again).to_be_focused()

    page.goto(ASSIGNED)
    page.get_by_role("link", name=re.compile("sent ?: messages to")).first.press("Enter")
    head = page.locator("details.asc-letter summary").first
    expect(head).to_be_visible()
    page.wait_for_load_state()
    tab_to(page, head)
    page.keyboard.press("Enter")
    letter = page.get_by_role("region", name="The email as it went out").first
    tab_to(page, letter)
    expect(letter).to_contain_text("Hello ")


@pytest.mark.parametrize("path", [f"{UPCOMING}?to=managers", MANAGERS])
@pytest.mark.parametrize("width", [320, 390])
def test_messages_to_managers_are_as_wide_as_a_phone(page: Page, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("action", ["Remind now", "Send again"])
def test_without_javascript_the_dialog_stands_open_over_its_list(bare: Page, action: str) -> None:
    bare.goto(f"{ASSIGNED}?delivery=failed")
    bare.get_by_role("checkbox").nth(1).check()
    bare.locator("summary").filter(has_text="Actions").click()
    bare.get_by_role("button", name=action, exact=True).click()
    expect(bare.get_by_role("dialog")).to_contain_text(re.compile("1 person"))

    bare.get_by_role("link", name="Cancel").click()

    expect(bare).to_have_url(re.compile("delivery=failed"))
    expect(bare.get_by_role("dialog")).to_have_count(0)


def test_without_javascript_the_filter_and_the_upcoming_messages_answer(bare: Page) -> None:
    bare.goto(ASSIGNED)
    bare.locator("#filter-delivery > summary").click()
    bare.get_by_label("Did not get the email").check()
    bare.get_by_role("button", name="Apply").click()
    expect(bare.get_by_role("link", name=FAILED).first).to_be_visible()

    bare.goto(UPCOMING)
    bare.get_by_role("link", name=re.compile("^To managers")).click()
    expect(bare.get_by_text("Overdue in the team").first).to_be_visible()
    bare.get_by_role("searchbox").fill("nobody-is-called-this")
    bare.get_by_role("searchbox").press("Enter")
    expect(bare).to_have_url(re.compile("to=managers"))
    expect(bare.get_by_role("heading", name="Nobody matches")).to_be_visible()


def test_a_search_of_upcoming_messages_stays_with_its_recipients(page: Page) -> None:
    page.goto(f"{UPCOMING}?to=managers")
    name = page.get_by_role("rowheader").nth(1).inner_text()
    page.get_by_role("searchbox").press_sequentially(name)
    expect(page.locator("#list-count")).to_contain_text(f"match “{name}”")
    expect(page).to_have_url(re.compile("to=managers"))
    expect(page.get_by_role("link", name=re.compile("^To managers"))).to_have_attribute("aria-current", "page")


def test_what_is_wrong_with_the_reminders_is_where_the_focus_is(page: Page) -> None:
    page.goto(REMINDERS)
    before = page.get_by_label("Days before the due date")
    before.fill("400")
    before.press("Enter")
    expect(before).to_be_focused()
    expect(before).to_have_accessible_description(re.compile("Write whole days between 1 and 90"))


def test_after_saving_the_reminders_the_focus_is_on_what_was_done(page: Page) -> None:
    open_saved_reminders(page)
    expect(page.locator("#messages p")).to_be_focused()
