"""What a chosen due day means is said beside it before anything is sent: the weekday, and the reminders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from .conftest import Demo, Opening
from .pages import MESSAGE, open_assign_dialog, open_due_date_dialog


def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Due Date")


def in_days(page: Page, days: int) -> date:
    """So many days after what is today where the company is."""
    return date.fromisoformat(field(page).get_attribute("data-today") or "") + timedelta(days)


def choose(page: Page, days: int) -> None:
    field(page).fill(in_days(page, days).isoformat())


def in_words(page: Page, days: int) -> str:
    return in_days(page, days).strftime("%a %-d %B %Y")


def give_plan(page: Page, days: str) -> None:
    """As the server does for a company that has chosen its reminders."""
    field(page).evaluate("(field, days) => { field.dataset.reminderDays = days; }", days)


def test_assigning_tells_the_reminders_that_are_to_come(demo: Demo, open_page: Opening) -> None:
    page = open_page(demo, "ada@meridian.example")
    open_assign_dialog(page)
    said = page.locator("[data-asc-due-reminder]")
    choose(page, 20)
    expect(said).to_have_text(f"Whoever is not done gets a reminder on {in_words(page, 15)} at 08:00.")
    choose(page, 5)
    expect(said).to_have_text("No reminder: its day has come or passed, and the email of now says the due date.")
    give_plan(page, "14,5,1")
    choose(page, 10)
    days = f"{in_words(page, 5)} and {in_words(page, 9)}"
    expect(said).to_have_text(f"Whoever is not done gets reminders on {days} at 08:00.")


def test_moving_tells_of_those_to_come(demo: Demo, open_page: Opening) -> None:
    page = open_page(demo, "ada@meridian.example")
    open_due_date_dialog(page)
    said = page.locator("[data-asc-due-reminder]")
    choose(page, 3)
    expect(said).to_have_text("No reminder after today.")
    expect(page.get_by_role("dialog")).to_contain_text("a reminder at once, since its day has passed")
    give_plan(page, "14,5,1")
    choose(page, 10)
    days = f"{in_words(page, 5)} and {in_words(page, 9)}"
    expect(said).to_have_text(f"Whoever is not done gets reminders on {days} at 08:00.")
    field(page).fill("")
    expect(said).to_have_text("Choose a day to see the reminders.")


def presses_of(page: Page) -> list[str]:
    """What is sent to be done from now on. None of it arrives; a rehearsal does."""
    sent: list[str] = []

    def held_back(route: Route) -> None:
        body = route.request.post_data or ""
        if route.request.method != "POST" or "look=1" in body:
            route.fallback()
        else:
            sent.append(body)
            route.abort()

    page.context.route("**/command-of-the-message/**", held_back)
    page.context.route("**/value-negotiation/**", held_back)
    return sent


def press_enter(page: Page) -> None:
    page.keyboard.press("Enter")


def press_assign(page: Page) -> None:
    page.get_by_role("dialog").get_by_role("button", name="Assign", exact=True).click()


def press_assign_by_htmx(page: Page) -> None:
    page.locator("dialog form").evaluate("form => { form.setAttribute('hx-post', form.action); htmx.process(form); }")
    press_assign(page)


def press_preview(page: Page) -> None:
    page.get_by_role("button", name="Preview the emails").click()


@pytest.mark.parametrize("press", [press_enter, press_assign, press_assign_by_htmx, press_preview])
def test_a_day_without_its_year_is_not_sent_as_none(
    demo: Demo, open_page: Opening, press: Callable[[Page], None]
) -> None:
    page = open_page(demo, "ada@meridian.example")
    open_assign_dialog(page)
    sent = presses_of(page)
    field(page).focus()
    page.keyboard.type("0309")
    press(page)
    words = page.locator("[data-asc-due-words]")
    expect(words).to_have_text("This day is not complete or does not exist.")
    expect(page.locator("[data-asc-due-reminder]")).to_have_text("Choose today or a later day.")
    expect(field(page)).to_be_focused()
    assert sent == []
    choose(page, 20)
    expect(words).to_contain_text("in 20 days")
    with page.context.expect_event("requestfailed"):
        press(page)
    assert len(sent) == 1


def test_a_day_without_its_year_is_told_when_it_is_left(demo: Demo, open_page: Opening) -> None:
    page = open_page(demo, "ada@meridian.example")
    open_assign_dialog(page)
    words = page.locator("[data-asc-due-words]")
    field(page).focus()
    page.keyboard.type("0309")
    page.evaluate("document.dispatchEvent(new Event('htmx:afterSettle'))")  # a rehearsal comes meanwhile
    expect(words).to_have_text("")
    page.get_by_label("Assignment Name").focus()
    expect(words).to_have_text("This day is not complete or does not exist.")
    field(page).fill("")
    page.get_by_label("Assignment Name").focus()
    expect(words).to_have_text("")


def test_without_javascript_the_browser_itself_holds_it_back(demo: Demo, open_page: Opening) -> None:
    page = open_page(demo, "ada@meridian.example", java_script_enabled=False)
    page.goto(f"{MESSAGE}eligible/")
    page.get_by_role("checkbox").nth(1).check()
    page.get_by_role("button", name="Assign", exact=True).click()
    field(page).focus()
    page.keyboard.type("0309")
    assert field(page).evaluate("field => [field.form.noValidate, field.form.checkValidity()]") == [False, False]


def test_only_what_is_shown_holds_a_press_back(demo: Demo, open_page: Opening) -> None:
    page = open_page(demo, "ada@meridian.example")
    open_due_date_dialog(page)
    sent = presses_of(page)
    field(page).focus()
    page.keyboard.type("0309")
    page.get_by_label("Move each by some days").check()
    days = page.get_by_label("Days later")
    days.focus()
    page.keyboard.type("7e")
    page.get_by_label("on to the Monday").check()
    press = page.get_by_role("dialog").get_by_role("button", name="Change due date")
    press.click()
    expect(days).to_be_focused()
    assert sent == []
    days.fill("7")
    with page.expect_event("requestfailed"):
        press.click()
    assert len(sent) == 1


def test_while_it_is_not_eight_yet_the_reminder_of_today_is_to_come(demo: Demo, open_page: Opening) -> None:
    """Of a moved day; the email of an assigning says the day itself."""
    page = open_page(demo, "ada@meridian.example")
    open_due_date_dialog(page)
    give_plan(page, "5,1")
    said = page.locator("[data-asc-due-reminder]")
    field(page).evaluate("(field, day) => { field.dataset.reminded = day; }", in_days(page, -1).isoformat())
    choose(page, 5)
    days = f"{in_words(page, 0)} and {in_words(page, 4)}"
    expect(said).to_have_text(f"Whoever is not done gets reminders on {days} at 08:00.")
    field(page).evaluate("(field, day) => { field.dataset.reminded = day; }", in_days(page, 0).isoformat())
    choose(page, 6)
    choose(page, 5)
    expect(said).to_have_text(f"Whoever is not done gets a reminder on {in_words(page, 4)} at 08:00.")
