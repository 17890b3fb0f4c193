"""A filter's menu in a real browser: its numbers come when it is opened, and never undo what was set meanwhile."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Demo, Opening
from .pages import MESSAGE, OPERATIONS, REPORT
from .test_answers import SETTLED, hold

AT_THE_ANSWER = """moment => document.addEventListener(moment, () => {
    document.querySelector("#filter-delivery input[value=failed]").click();
}, {once: true, capture: moment === "htmx:beforeSwap"})"""


@pytest.mark.parametrize("moment", ["htmx:beforeSwap", "htmx:afterSwap"])
def test_what_is_ticked_while_the_numbers_come_stays(demo: Demo, open_page: Opening, moment: str) -> None:
    page = open_page(demo, "ada@meridian.example")
    page.goto(f"{MESSAGE}assigned/")
    page.evaluate(AT_THE_ANSWER, moment)
    page.locator("#filter-delivery > summary").click()
    expect(page.locator("#filter-delivery .asc-filter__n").first).to_be_visible()
    page.wait_for_timeout(SETTLED)
    expect(page.get_by_label("Did not get the email")).to_be_checked()


def test_the_words_beside_a_box_tick_it(demo: Demo, open_page: Opening) -> None:
    page = open_page(demo, "ada@meridian.example")
    page.goto(f"{MESSAGE}eligible/")
    menu = page.locator("#filter-region")
    menu.locator("summary").click()
    expect(menu.locator(".asc-filter__n").first).to_be_visible()
    menu.locator("label").first.click()  # in its middle, which is no box
    expect(menu.locator("input").first).to_be_checked()
    menu.locator("#filter-region-apply").click()
    expect(page).to_have_url(re.compile("region="))


@pytest.mark.parametrize("by", ["keyboard", "mouse"])
def test_a_press_that_the_numbers_come_in_the_middle_of_counts(demo: Demo, open_page: Opening, by: str) -> None:
    page = open_page(demo, "ada@meridian.example")
    page.goto(f"{MESSAGE}assigned/")
    release = hold(page, "open=delivery")
    with page.expect_request("**/assigned/?open=delivery"):
        page.locator("#filter-delivery > summary").click()
    failed = page.get_by_label("Did not get the email")
    failed.focus()
    failed.hover()

    page.keyboard.down("Space") if by == "keyboard" else page.mouse.down()
    with page.expect_response("**/assigned/?open=delivery"):
        release()
    page.wait_for_timeout(SETTLED)
    page.keyboard.up("Space") if by == "keyboard" else page.mouse.up()

    expect(failed).to_be_checked()
    expect(page.locator("#filter-delivery .asc-filter__n").first).to_be_visible()
    expect(failed).to_be_checked()
    expect(failed).to_be_focused()


def test_what_is_ticked_without_numbers_stays_when_other_things_come(demo: Demo, open_page: Opening) -> None:
    page = open_page(demo, "ada@meridian.example")
    page.goto(f"{MESSAGE}assigned/")
    page.route("**/assigned/?open=delivery", lambda route: route.fulfill(status=503, body="away"))
    with page.expect_response("**/assigned/?open=delivery"):
        page.locator("#filter-delivery > summary").click()
    failed = page.get_by_label("Did not get the email")
    failed.check()
    page.get_by_label(re.compile("^Notifications, ")).click()
    expect(page.locator("#bell :is(li, p)").first).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#filter-delivery > summary").click()
    expect(failed).to_be_checked()


def test_numbers_that_do_not_come_are_a_link(demo: Demo, open_page: Opening) -> None:
    page = open_page(demo, "ada@meridian.example")
    page.goto(f"{MESSAGE}assigned/")
    page.route("**/assigned/?open=region", lambda route: route.fulfill(status=503, body="away"))
    page.locator("#filter-region > summary").click()
    link = page.locator("#filter-region").get_by_role("link", name="Show all, with numbers")
    expect(link).to_be_visible()
    expect(page.locator("#filter-region").get_by_text("Counting …")).to_be_hidden()

    page.unroute("**/assigned/?open=region")
    link.click()
    expect(page.locator("#filter-region .asc-filter__n").first).to_be_visible()
    expect(page).to_have_url(re.compile("open=region"))


@pytest.mark.parametrize(("path", "name", "value"), [(REPORT, "status", "Completed"), (OPERATIONS, "kind", "Unassign")])
def test_a_list_that_is_filtered_in_place_says_by_what(
    demo: Demo, open_page: Opening, path: str, name: str, value: str
) -> None:
    page = open_page(demo, "ada@meridian.example", viewport={"width": 390, "height": 844})  # all heads are in sight
    page.goto(path)
    filters, menu = page.locator(".asc-filters > summary"), page.locator(f"#filter-{name}")
    filters.click()
    menu.locator("summary").click()
    menu.get_by_label(value, exact=True).check()
    menu.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile(f"{name}={value.lower()}"))
    expect(filters).to_have_text("Filters (1)")
    expect(menu.locator("summary")).to_have_text(re.compile(r"\(1\)"))

    menu.get_by_label(value, exact=True).uncheck()
    menu.get_by_role("button", name="Apply").click()
    expect(filters).to_have_text("Filters")
    expect(menu.locator("summary")).not_to_have_text(re.compile(r"\("))


def half_type_a_day(page: Page) -> None:
    """Its month and its day, and close the menu."""
    page.goto(f"{MESSAGE}eligible/")
    if page.locator("#filters > summary").is_visible():
        page.locator("#filters > summary").click()
    page.locator("#filter-enrolled > summary").click()
    page.locator("[name=enrolled_from]").focus()
    page.keyboard.type("0309")
    page.keyboard.press("Escape")
    expect(page.locator("[name=enrolled_from]")).to_be_hidden()


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("by", ["typing", "Enter"])
def test_a_day_typed_in_part_that_holds_a_search_back_is_shown(
    demo: Demo, open_page: Opening, width: int, by: str
) -> None:
    page = open_page(demo, "ada@meridian.example", viewport={"width": width, "height": 844})
    half_type_a_day(page)
    if width == 390:
        page.locator("#filters > summary").click()
    search, day = page.get_by_role("searchbox"), page.locator("[name=enrolled_from]")
    search.press_sequentially("a") if by == "typing" else search.press("Enter")
    expect(day).to_be_visible()
    expect(day).to_be_focused()
    day.fill("2020-01-01")
    page.locator("#filter-enrolled-apply").click()
    expect(page).to_have_url(re.compile("enrolled_from=2020-01-01"))


def test_a_day_typed_in_part_that_holds_another_filter_back_is_shown(demo: Demo, open_page: Opening) -> None:
    page = open_page(demo, "ada@meridian.example")
    half_type_a_day(page)
    page.locator("#filter-region > summary").click()
    page.locator("#filter-region label").first.click()
    page.locator("#filter-region-apply").click()
    expect(page.locator("[name=enrolled_from]")).to_be_focused()
    expect(page.locator("#filter-region")).not_to_have_attribute("open", "")


def test_filters_that_were_cleared_are_cleared_while_another_menu_is_open(demo: Demo, open_page: Opening) -> None:
    page = open_page(demo, "ada@meridian.example")
    page.goto(f"{MESSAGE}assigned/?delivery=failed&status=not_started")
    release = hold(page, r"assigned/\??$")
    with page.expect_request(re.compile(r"assigned/\??$")):
        page.get_by_role("link", name="Clear filters").first.click()
    page.locator("#filter-delivery > summary").click()
    expect(page.locator("#filter-delivery .asc-filter__n").first).to_be_visible()
    release()
    expect(page.locator("#list-count")).to_have_text(re.compile("people$"))
    expect(page.locator("#filter-delivery")).to_have_attribute("open", "")
    expect(page.get_by_label("Did not get the email")).to_be_checked()  # the reader is in there
    expect(page.locator("#filter-status-head")).to_have_text("Status")
    expect(page.locator("#filter-status input:checked")).to_have_count(0)

    page.locator("#filter-status-head").click()
    expect(page.locator("#filter-status .asc-filter__n").first).to_be_visible()
    page.get_by_role("searchbox").fill("an")
    expect(page).to_have_url(re.compile("q=an"))
    expect(page).not_to_have_url(re.compile("status="))


@pytest.mark.parametrize(("path", "name", "value"), [(REPORT, "status", "Completed"), (OPERATIONS, "kind", "Unassign")])
@pytest.mark.parametrize("by", ["Apply", "Enter"])
def test_a_menu_that_has_done_its_work_does_not_stand_over_the_list(
    demo: Demo, open_page: Opening, path: str, name: str, value: str, by: str
) -> None:
    page = open_page(demo, "ada@meridian.example")
    page.goto(path)
    menu = page.locator(f"#filter-{name}")
    menu.locator("summary").click()
    box = menu.get_by_label(value, exact=True)
    box.check()
    menu.get_by_role("button", name="Apply").click() if by == "Apply" else box.press("Enter")
    expect(page).to_have_url(re.compile(f"{name}={value.lower()}"))
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_have_text(re.compile(r"\(1\)"))
    expect(menu.locator("summary")).to_be_focused()


def test_enter_in_a_filter_leads_back_to_the_head_of_its_menu(demo: Demo, open_page: Opening) -> None:
    page = open_page(demo, "ada@meridian.example")
    page.goto(f"{MESSAGE}eligible/")
    page.locator("#filter-enrolled > summary").click()
    page.locator("[name=enrolled_from]").fill("2020-01-01")
    page.locator("[name=enrolled_from]").press("Enter")
    expect(page).to_have_url(re.compile("enrolled_from=2020-01-01"))
    expect(page.locator("#filter-enrolled")).not_to_have_attribute("open", "")
    expect(page.locator("#filter-enrolled-head")).to_be_focused()


@pytest.mark.parametrize("is_scripted", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize(
    ("path", "width"), [(f"{MESSAGE}assigned/", 1180), (f"{MESSAGE}eligible/", 1024), (REPORT, 860), (OPERATIONS, 800)]
)
def test_whichever_filter_opens_is_on_the_screen(
    demo: Demo, open_page: Opening, path: str, width: int, is_scripted: bool
) -> None:
    viewport = {"width": width, "height": 820}
    page = open_page(demo, "ada@meridian.example", viewport=viewport, java_script_enabled=is_scripted)
    page.goto(path)
    for menu in page.locator(".asc-filter").all():
        menu.locator("summary").click()
        opened, head = menu.locator(".asc-menu__list").bounding_box(), menu.locator("summary").bounding_box()
        assert opened is not None
        assert head is not None
        assert 0 <= opened["x"] <= opened["x"] + opened["width"] <= width
        assert opened["x"] in (pytest.approx(head["x"]), pytest.approx(head["x"] + head["width"] - opened["width"]))
        assert head["y"] + head["height"] <= opened["y"] <= head["y"] + head["height"] + 12
        menu.locator("summary").click()
