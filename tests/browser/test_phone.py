"""On a phone: what opens stays on the screen, and what is long wraps instead of widening the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ascender.demo.history import known_op_id

from .conftest import Demo, Opening
from .pages import ADA, MESSAGE, OPERATIONS, open_account_menu, open_actions, open_bell, open_selected

WIDTH = 390
LONG = "Certification" * 10
WIDER = "() => document.documentElement.scrollWidth - window.innerWidth"


@pytest.fixture
def page(demo: Demo, open_page: Opening) -> Page:
    return open_page(demo, ADA, viewport={"width": WIDTH, "height": 844})


def open_from_a_file(page: Page) -> None:
    page.goto(f"{MESSAGE}assigned/")
    page.locator("summary").filter(has_text="From a file").click()


@pytest.mark.parametrize("opening", [open_from_a_file, open_selected, open_actions, open_account_menu, open_bell])
def test_an_open_menu_is_on_the_screen(page: Page, opening: Callable[[Page], None]) -> None:
    opening(page)
    box = page.locator("details.asc-menu[open] > .asc-menu__list").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= WIDTH
    assert box["y"] >= 0


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (".asc-head h1", f"{LONG}.csv"),
        (".asc-head__act a.btn", f"Open {LONG}"),
        (".asc-head__act a.btn", "Set Wed 30 September 2027 for 1,234 assigned already, who had another day"),
    ],
    ids=["a file’s name", "a title", "a sentence"],
)
def test_what_is_long_wraps(page: Page, place: str, words: str) -> None:
    page.goto(f"{OPERATIONS}{known_op_id('reminded')}/")
    long = page.locator(place).first
    long.evaluate("(element, words) => { element.textContent = words; }", words)
    expect(long).to_have_text(words)
    box = long.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= WIDTH
    assert page.evaluate(WIDER) == 0


DOTS = """row => [...row.querySelectorAll('td.asc-run')].map(
    cell => getComputedStyle(cell, '::before').content.includes('\u00b7'))"""


@pytest.mark.parametrize(
    ("empty", "dots"),
    [([], [False, True, True]), ([0], [False, False, True]), ([1], [False, False, True]), ([0, 1], [False] * 3)],
    ids=["all", "no title", "no area", "neither"],
)
def test_a_dot_parts_what_is_there_and_nothing_else(page: Page, empty: list[int], dots: list[bool]) -> None:
    page.goto(f"{MESSAGE}eligible/")
    row = page.get_by_role("row").nth(1)
    for cell in empty:
        row.locator("td.asc-run").nth(cell).evaluate("cell => cell.replaceChildren()")
    assert row.evaluate(DOTS) == dots
