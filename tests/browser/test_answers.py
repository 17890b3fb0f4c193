"""Answers that come late, in another order, twice or not at all: what the reader typed, ticked and opened stays."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Error, Page, Route, expect

from .conftest import Demo, Opening
from .pages import ADA, LIST, MESSAGE, goto_unticked, open_assign_dialog, open_selected

ASSIGNED, ELIGIBLE = f"{MESSAGE}assigned/", f"{MESSAGE}eligible/"
YESTERDAY, FAR = "2020-01-01", "2090-03-09"
#: Milliseconds; longer than an answer takes to settle.
SETTLED = 200


@pytest.fixture
def page(demo: Demo, open_page: Opening) -> Page:
    return open_page(demo, ADA)


def hold(page: Page, pattern: str) -> Callable[[], None]:
    """Hold what is asked for there; what it returns lets all of it go, and what comes later."""
    held: list[Route] = []
    asked = re.compile(pattern)
    page.route(asked, lambda route: held.append(route))

    def release() -> None:
        page.unroute(asked)
        for route in held:
            with suppress(Error):  # one that the page has given up meanwhile
                route.continue_()

    return release


def test_of_a_search_and_a_sort_that_are_under_way_the_later_one_counts(page: Page) -> None:
    page.goto(ASSIGNED)
    failed: list[Any] = []
    page.on("requestfailed", lambda request: failed.append(request))
    release = hold(page, r"assigned/\?.*q=")
    with page.expect_request(re.compile("q=an")):
        page.get_by_role("searchbox").fill("an")
    page.locator("#sort-name").click()
    expect(page.locator("th[aria-sort] a")).to_have_id("sort-name")
    assert [request.url.partition("?")[2] for request in failed] == ["q=an"]
    release()
    expect(page.locator("#list-count")).to_have_text(re.compile("people$"))


def test_a_refused_press_leaves_the_selection_and_the_search_as_they_were(page: Page) -> None:
    open_selected(page)
    page.keyboard.press("Escape")
    page.locator("summary").filter(has_text="Actions").click()
    page.get_by_role("button", name="Change due date").click()
    page.get_by_label("Due Date", exact=True).evaluate("(field, day) => { field.value = day; }", YESTERDAY)
    page.get_by_role("dialog").get_by_role("button", name="Change due date").click()
    expect(page.get_by_role("dialog")).to_contain_text("Choose")
    page.wait_for_load_state()
    expect(page).to_have_url(re.compile("change-due-date"))
    expect(page.locator("[aria-invalid=true]")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.locator("[data-asc-count]")).to_have_text(re.compile("^3 selected"))
    ticked = page.locator("[name=learner]:checked")
    name = (ticked.first.locator("xpath=..").text_content() or "").strip()
    ticked.first.uncheck()
    page.locator("#filter-delivery > summary").click()
    expect(page.locator("#filter-delivery .asc-filter__n").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_label(name, exact=True)).not_to_be_checked()
    expect(page.locator("[data-asc-count]")).to_have_text(re.compile("^2 selected"))
    page.get_by_role("searchbox").fill("an")
    expect(page).to_have_url(re.compile("assigned/.*q=an"))
    expect(page.locator("#list-count")).to_have_text(re.compile("“an”$"))


def test_what_somebody_else_ticked_in_this_tab_is_not_shown(demo: Demo, open_page: Opening, page: Page) -> None:
    goto_unticked(page, ASSIGNED)
    page.get_by_role("checkbox").nth(1).check()
    page.evaluate(
        "sessionStorage.setItem(Object.keys(sessionStorage)[0].replace(/:[0-9]+:/, ':0:'),"
        " sessionStorage.getItem(Object.keys(sessionStorage)[0]))"
    )
    page.locator("[data-asc-clear]").click()
    page.reload()
    expect(page.locator("[data-asc-count]")).to_have_text("Nobody selected")
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.includes(':0:'))") == []


def test_a_double_click_opens_one_dialog(page: Page) -> None:
    goto_unticked(page, f"{LIST}value-negotiation/eligible/")
    page.get_by_role("checkbox").nth(1).check()
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Assign", exact=True).dblclick()
    expect(page.get_by_role("dialog")).to_be_visible()
    with page.expect_response("**/assign/"):
        page.get_by_label("Assignment Name").fill("Kept")
    expect(page.get_by_label("Assignment Name")).to_have_value("Kept")
    assert len([url for url in posts if url.endswith("/assign/")]) == 2  # the dialog, and what was filled in


def test_the_email_that_is_being_read_stays_open_and_says_what_was_typed(page: Page) -> None:
    open_assign_dialog(page)
    letter = page.locator("#letter")
    letter.locator("summary").click()
    page.get_by_label("Assignment Name").fill("Autumn round")
    expect(letter).to_contain_text("Autumn round")
    expect(letter.locator("pre")).to_be_visible()


def test_the_head_of_the_dialog_says_what_the_rehearsal_says(page: Page) -> None:
    goto_unticked(page, f"{ASSIGNED}?sort=-due")
    page.get_by_role("checkbox", name="Select all on this page").check()
    page.locator("summary").filter(has_text="Actions").click()
    page.get_by_role("button", name="Change due date").click()
    about = page.locator("#dialog-about")
    expect(about).to_contain_text("of 25 people")
    page.get_by_role("radio", name="No due date").check()
    expect(about).to_contain_text("; 25 selected")


def test_a_rehearsal_that_fails_leaves_the_dialog_as_it_is(page: Page) -> None:
    open_assign_dialog(page)
    page.route("**/assign/", lambda route: route.fulfill(status=503, body="away"))
    with page.expect_response("**/assign/"):
        page.get_by_label("Assignment Name").fill("Autumn round")
    page.wait_for_timeout(SETTLED)
    expect(page.get_by_label("Assignment Name")).to_have_value("Autumn round")

    release = hold(page, "/assign/$")
    with page.expect_request("**/assign/"):
        page.get_by_label("Assignment Name").fill("Winter round")
    page.keyboard.press("Escape")
    release()
    page.wait_for_timeout(SETTLED)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_press_that_a_rehearsal_comes_in_the_middle_of_counts(page: Page) -> None:
    open_assign_dialog(page)
    release = hold(page, "/assign/$")
    with page.expect_request("**/assign/"):
        page.get_by_label("Due Date", exact=True).fill(FAR)
    place = page.get_by_role("link", name="Cancel").bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + 5, place["y"] + 2)  # at its edge: what comes above it would move it away
    page.mouse.down()
    with page.expect_response("**/assign/"):
        release()
    page.wait_for_timeout(SETTLED)
    page.mouse.up()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_rehearsal_that_came_in_the_middle_of_a_press_comes_after_it(page: Page) -> None:
    open_assign_dialog(page)
    release = hold(page, "/assign/$")
    with page.expect_request("**/assign/"):
        page.get_by_label("Due Date", exact=True).fill(FAR)
    page.get_by_role("heading", name="Assign").hover()
    page.mouse.down()
    with page.expect_response("**/assign/"):
        release()
    page.mouse.up()
    expect(page.get_by_role("dialog")).to_contain_text("2090")


def test_a_tick_that_a_search_is_answered_in_the_middle_of_counts(page: Page) -> None:
    goto_unticked(page, ASSIGNED)
    release = hold(page, r"assigned/\?.*q=")
    with page.expect_request(re.compile("q=an")):
        page.get_by_role("searchbox").fill("an")
    box = page.locator("[name=learner]").nth(2)
    box.hover()
    page.mouse.down()
    with page.expect_response(re.compile("q=an")):
        release()
    page.wait_for_timeout(SETTLED)
    page.mouse.up()
    expect(page.locator("[data-asc-count]")).to_have_text(re.compile("^1 selected"))
    expect(page.locator("#list-count")).to_have_text(re.compile("“an”$"))


def test_a_press_in_the_menu_of_sorting_that_a_search_is_answered_in_the_middle_of_counts(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(ASSIGNED)
    release = hold(page, r"assigned/\?.*q=an$")
    with page.expect_request(re.compile("q=an$")):
        page.get_by_role("searchbox").fill("an")
    page.locator("#sort-head").click()
    page.locator("#by-name").hover()
    page.mouse.down()
    with page.expect_response(re.compile("q=an$")):
        release()
    page.wait_for_timeout(SETTLED)
    page.mouse.up()
    expect(page.locator("#sort-head")).to_have_text("Sort Assignment Name, ascending")


def test_the_focus_stays_on_the_box_of_a_person_who_is_still_there(page: Page) -> None:
    goto_unticked(page, f"{ASSIGNED}?q=an")
    box = page.locator("[name=learner]").nth(2)
    kept = box.get_attribute("id")
    release = hold(page, r"assigned/\?.*sort=")
    with page.expect_request(re.compile("sort=")):
        page.locator("#sort-name").click()
    box.focus()
    release()
    expect(page.locator("th[aria-sort] a")).to_have_id("sort-name")
    expect(page.locator(f"#{kept}")).to_be_focused()


def test_the_bell_opens_though_news_came_in_the_middle_of_the_press(page: Page) -> None:
    page.goto(ASSIGNED)
    release = hold(page, "/notifications/bell/")
    asking = "bell => { htmx.ajax('GET', '/notifications/bell/?unread=99', {source: bell, swap: 'outerHTML'}); }"
    with page.expect_request("**/notifications/bell/*"):
        page.locator("#bell").evaluate(asking)
    page.locator("#bell-head").hover()
    page.mouse.down()
    with page.expect_response("**/notifications/bell/*"):
        release()
    page.wait_for_timeout(SETTLED)
    page.mouse.up()
    expect(page.locator("#bell details[open]")).to_be_visible()


def test_a_double_click_on_send_again_opens_one_dialog(page: Page) -> None:
    page.goto(f"{ASSIGNED}?delivery=failed")
    page.get_by_role("link", name=re.compile("^Failed")).first.click()
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Send again").first.dblclick()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.wait_for_timeout(SETTLED)
    assert len(posts) == 1


def test_without_network_it_is_said_where_one_looks_and_the_press_can_be_made_again(page: Page) -> None:
    said = page.locator("#no-answer")
    goto_unticked(page, f"{LIST}value-negotiation/eligible/")
    page.get_by_role("checkbox").nth(1).check()
    page.context.set_offline(True)
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(said).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(said).to_have_count(0)


def test_that_nobody_answers_is_said_once_and_scrolled_to(page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 500})
    goto_unticked(page, ELIGIBLE)
    page.get_by_role("checkbox").last.check()
    page.context.set_offline(True)
    page.get_by_role("button", name="Assign", exact=True).click()
    said = page.get_by_role("alert").filter(has_text="could not be reached")
    expect(said).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("status").filter(has_text="could not be reached")).to_have_count(0)


def test_in_a_dialog_it_is_said_there(page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 300})
    open_assign_dialog(page)
    page.context.set_offline(True)
    page.get_by_label("Due Date", exact=True).fill(FAR)
    said = page.get_by_role("dialog").get_by_role("alert").filter(has_text="could not be reached")
    expect(said).to_be_in_viewport(ratio=0.99)
    expect(page.get_by_text("could not be reached")).to_have_count(1)


def test_a_filter_whose_numbers_did_not_come_asks_again_when_it_is_opened_again(page: Page) -> None:
    page.goto(ASSIGNED)
    head = page.locator("#filter-region > summary")
    page.context.set_offline(True)
    head.click()
    expect(page.locator("#no-answer")).to_be_visible()
    head.click()
    page.context.set_offline(False)
    head.click()
    expect(page.locator("#filter-region .asc-filter__n").first).to_be_visible()


def test_a_filter_that_one_is_in_stays_open_when_a_search_is_answered(page: Page) -> None:
    page.goto(ASSIGNED)
    release = hold(page, r"assigned/\?.*q=")
    with page.expect_request(re.compile("q=an")):
        page.get_by_role("searchbox").fill("an")
    page.locator("#filter-delivery > summary").click()
    failed = page.get_by_label("Did not get the email")
    failed.check()
    expect(page.locator("#filter-delivery .asc-filter__n").first).to_be_visible()
    release()
    expect(page.locator("#list-count")).to_have_text(re.compile("“an”$"))
    expect(failed).to_be_visible()
    expect(failed).to_be_checked()


def test_turning_pages_with_the_keyboard_keeps_the_focus_there(page: Page) -> None:
    page.goto(f"{ELIGIBLE}?size=50")
    page.locator("#page-next").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("page=2"))
    expect(page.locator(".asc-pager__pages [aria-current=page]")).to_be_focused()


def test_the_theme_that_was_chosen_is_still_said_after_a_whole_page_was_exchanged(page: Page) -> None:
    page.goto(LIST)
    page.get_by_label(re.compile("^Profile and Account Settings")).click()
    page.get_by_role("button", name="Dark").click()
    page.keyboard.press("Escape")
    page.locator("#sort-eligible").click()
    expect(page).to_have_url(re.compile("sort=eligible"))
    page.get_by_label(re.compile("^Profile and Account Settings")).click()
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
