"""What a chosen due day means is said beside it before anything is sent: the weekday, and the reminders."""

from __future__ import annotations

from datetime import date, timedelta

from playwright.sync_api import Locator, Page, expect

from .conftest import Demo, Opening
from .pages import open_assign_dialog, open_due_date_dialog


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
