"""On a phone: what opens stays on the screen, and what is long wraps instead of widening the page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from ascender.demo.history import known_op_id

from .conftest import Demo, Opening
from .pages import (
    ADA,
    LIST,
    MESSAGE,
    OPERATIONS,
    REPORT,
    UPCOMING,
    goto_unticked,
    open_account_menu,
    open_actions,
    open_bell,
    open_selected,
)
from .test_every_page import faults

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


ADDRESS = "bartholomew.featherstonehaugh@meridian.x"
RENAME = f"""() => {{
    const words = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    while (words.nextNode()) words.currentNode.data = words.currentNode.data.replace(/^\\S+@\\S+$/, "{ADDRESS}");
}}"""
OF_WORDS = """words => {
    const range = document.createRange();
    range.selectNodeContents(words);
    return range.getBoundingClientRect().right;
}"""


@pytest.mark.parametrize("width", [320, WIDTH, 820])
@pytest.mark.parametrize("path", ["/account/settings/", "/account/profile/"])
def test_a_long_address_wraps_beside_its_button(page: Page, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(path)
    page.evaluate(RENAME)
    address, button = page.get_by_text(ADDRESS), page.get_by_role("link", name="Change email address")
    expect(address).to_be_visible()
    assert page.evaluate(WIDER) == 0
    if button.count():
        words, beside = address.bounding_box(), button.bounding_box()
        assert words is not None
        assert beside is not None
        assert address.evaluate(OF_WORDS) <= beside["x"] or words["y"] + words["height"] <= beside["y"]


@pytest.mark.parametrize("path", [f"{MESSAGE}assigned/", f"{MESSAGE}eligible/"])
def test_on_a_tablet_no_list_is_wider_than_its_card(page: Page, path: str) -> None:
    for long in (False, True):
        for width in (770, 820, 834, 880, 961, 1024, 1121, 1180, 1217):
            page.set_viewport_size({"width": width, "height": 844})
            page.goto(path)
            page.evaluate(RENAME if long else "")
            assert (width, page.evaluate(WIDER), page.evaluate(BEYOND) <= 0) == (width, 0, True)


BEYOND = """() => document.querySelector(".asc-table").getBoundingClientRect().right
    - document.querySelector(".asc-card").getBoundingClientRect().right"""


@pytest.mark.parametrize("query", ["", "?to=managers"])
def test_what_is_to_come_is_no_wider_than_a_small_phone(page: Page, query: str) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{UPCOMING}{query}")
    assert page.evaluate(WIDER) == 0


def test_the_words_beside_the_box_of_a_page_tick_it(page: Page) -> None:
    goto_unticked(page, f"{MESSAGE}eligible/")
    page.get_by_text("Select all on this page").last.click()
    expect(page.get_by_role("checkbox", name="Select all on this page")).to_be_checked()
    expect(page.locator("[data-asc-count]")).to_have_text("25 selected")


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


SORTED = [
    f"{MESSAGE}assigned/?status=in_progress&sort=-due",
    f"{MESSAGE}eligible/",
    f"{MESSAGE}not-eligible/?q=an",
    LIST,
    f"{OPERATIONS}{known_op_id('reminded')}/",
    f"{OPERATIONS}{known_op_id('reminders')}/?sort=before",
    REPORT,
]
WHERE = "links => links.map(link => link.href)"


def sort_menu(page: Page) -> Locator:
    return page.locator("summary").filter(has_text=re.compile("^Sort"))


@pytest.mark.parametrize("path", SORTED)
def test_whatever_is_sorted_by_its_heads_is_sorted_by_a_menu(page: Page, path: str) -> None:
    page.goto(path)
    heads = page.locator("th > a.asc-sort").evaluate_all(WHERE)
    if not heads:
        assert sort_menu(page).count() == 0
        return
    sort_menu(page).click()
    lines = page.locator(".asc-sorts a")
    assert lines.evaluate_all(WHERE) == heads
    assert all(line.bounding_box()["height"] >= 24 for line in lines.all())  # type: ignore[index]  # in sight, so it has one
    in_force = page.locator("th[aria-sort]")
    words = f"{in_force.inner_text()}{in_force.get_attribute('aria-sort')}"
    expect(page.locator(".asc-sorts [aria-current]")).to_have_text(words)
    assert page.evaluate(WIDER) == 0
    assert faults(page, path) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(sort_menu(page)).to_be_hidden()


def test_a_list_is_sorted_by_touch_and_keeps_what_is_ticked(demo: Demo, open_page: Opening) -> None:
    page = open_page(demo, ADA, viewport={"width": WIDTH, "height": 844}, has_touch=True)
    page.goto(f"{MESSAGE}assigned/")
    page.locator("[name=learner]").first.check()
    said = page.locator("#announcer")
    for order in ("ascending", "descending"):
        sort_menu(page).tap()
        page.get_by_role("link", name=re.compile("^Assignment Name")).and_(page.locator(".asc-sorts a")).tap()
        expect(page.locator(f"th[aria-sort={order}]")).to_have_text("Assignment Name")
        expect(said).to_have_text(f"Sorted by Assignment Name, {order}")
        expect(sort_menu(page)).to_have_text(f"Sort Assignment Name, {order}")
        expect(sort_menu(page)).to_be_focused()
        expect(page.locator(".asc-sorts")).not_to_have_attribute("open", "")
    expect(page).to_have_url(re.compile("sort=-name"))
    expect(page.locator("[data-asc-count]")).to_have_text(re.compile("^1 selected"))
    page.get_by_role("searchbox").fill("an")
    expect(page).to_have_url(re.compile("q=an"))
    sort_menu(page).tap()
    expect(page.locator("#by-due")).to_have_attribute("href", re.compile("q=an"))
    page.get_by_role("searchbox").fill("nobody-is-called-this")
    expect(page.get_by_role("heading", name="Nobody matches")).to_be_visible()
    expect(sort_menu(page)).to_be_hidden()


def test_where_the_whole_page_is_exchanged_the_focus_is_on_the_menu_too(page: Page) -> None:
    page.goto(LIST)
    sort_menu(page).focus()
    page.keyboard.press("Enter")
    page.locator("#by-eligible").focus()
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort]")).to_have_text("Eligible")
    expect(sort_menu(page)).to_be_focused()
    expect(page.locator("#by-eligible")).to_be_hidden()


def test_without_javascript_a_list_is_sorted_by_the_menu(demo: Demo, open_page: Opening) -> None:
    bare = open_page(demo, ADA, viewport={"width": WIDTH, "height": 844}, java_script_enabled=False)
    bare.goto(f"{MESSAGE}not-eligible/")
    sort_menu(bare).click()
    bare.locator("#by-reason").click()
    expect(bare.locator("th[aria-sort=ascending]")).to_have_text("Reason")
    expect(sort_menu(bare)).to_have_text(re.compile("Reason, ascending"))
