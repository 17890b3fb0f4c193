"""On paper a list says what it is a list of: which part, how many of how many, and what was searched and filtered."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Demo, Opening
from .pages import ADA, MESSAGE, OPERATIONS, REPORT, UPCOMING, open_ledger_of_what_failed


@pytest.fixture
def page(demo: Demo, open_page: Opening) -> Page:
    return open_page(demo, ADA)


def on_paper(page: Page, path: str) -> str:
    page.goto(path)
    page.emulate_media(media="print")
    return " ".join(page.locator("main").inner_text().split())


@pytest.mark.parametrize(
    ("path", "begins", "ends"),
    [
        (f"{MESSAGE}assigned/", r"Assigned \d+ \d+ people", r"1–25 of \d+"),
        (
            f"{MESSAGE}assigned/?due=overdue&status=in_progress",
            r"Assigned \d+ Status: In progress Due Date: Overdue \d+ of \d+ match",
            r"1–\d+ of \d+",
        ),
        (f"{MESSAGE}eligible/?q=an", r"Eligible for Assignment \d+ \d+ match “an”", r"1–\d+ of \d+"),
        (REPORT, r"\d+ rows (?!Search)", r"1–25 of [\d,]+"),
        (
            f"{REPORT}?q=an&status=in_progress&status=completed",
            r"\d+ rows Search: “an” Enrollment Status: In progress, Completed",
            r"1–\d+ of \d+",
        ),
        (f"{OPERATIONS}?kind=assign&kind=deactivation", r"\d+ operations What: Assign, Deactivation", r"of \d+"),
        (f"{UPCOMING}?to=managers", r"\d+ messages? To managers \d+", ""),
    ],
)
def test_it_says_what_it_shows(page: Page, path: str, begins: str, ends: str) -> None:
    assert re.search(f"{begins}.*{ends}$", on_paper(page, path))


@pytest.mark.parametrize("path", [f"{MESSAGE}assigned/?status=in_progress&size=100", f"{REPORT}?status=in_progress"])
def test_what_can_only_be_pressed_is_not_there(page: Page, path: str) -> None:
    said = on_paper(page, path)
    for words in ("Eligible for Assignment", "Manager and below", "Filters", "Clear", "Rows", "Export", "Actions"):
        assert words not in said
    assert page.get_by_role("navigation", name="Pages").count() == 0
    assert page.get_by_role("searchbox").count() == 0


def test_an_assignment_says_how_it_stands(page: Page) -> None:
    open_ledger_of_what_failed(page)
    page.emulate_media(media="print")
    expect(page.get_by_text(re.compile("^(Not started|In progress|Completed)$"))).to_be_visible()
    expect(page.get_by_text("Send again")).to_be_hidden()


def test_on_the_screen_what_is_for_paper_is_not_said_twice(page: Page) -> None:
    page.goto(f"{REPORT}?status=in_progress")
    expect(page.locator(".asc-paper")).to_be_hidden()
    expect(page.locator(".asc-paper")).to_have_count(1)
