"""The bell in an open page: its entries come when it is opened, and its number by itself."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from .conftest import Demo, Opening

LEARNER = "terrence.rollins@meridian.example"
#: Milliseconds; longer than the bell waits between two questions.
A_MINUTE = 61_000
MEANWHILE = "If they do not come, open the bell again."


@pytest.fixture
def page(demo: Demo, open_page: Opening) -> Page:
    page = open_page(demo, LEARNER)
    page.clock.install()
    page.goto("/")
    return page


def bell_of(page: Page) -> Locator:
    return page.get_by_label(re.compile("^Notifications, "))


def wait_for_a_poll(page: Page) -> int:
    """The status of its answer."""
    with page.expect_response("**/notifications/bell/?unread=*") as answered:
        page.clock.fast_forward(A_MINUTE)
    return answered.value.status


def test_opening_it_with_the_keyboard_shows_the_newest(demo: Demo, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(demo.site)))
    entries = page.locator("#bell").get_by_role("button", name=re.compile("was assigned to you"))

    bell_of(page).press("Enter")
    expect(entries.first).to_be_visible()
    page.keyboard.press("Escape")
    expect(entries.first).to_be_hidden()
    expect(bell_of(page)).to_be_focused()
    assert [path for path in asked if path.startswith("/notifications/")] == ["/notifications/newest/"]


def test_without_javascript_it_leads_to_all_of_them(demo: Demo, open_page: Opening) -> None:
    page = open_page(demo, LEARNER, java_script_enabled=False)
    page.goto("/")
    bell_of(page).click()
    page.get_by_role("link", name="See all notifications").click()
    expect(page.get_by_role("row").filter(has_text="was assigned to you").first).to_be_visible()


def test_an_open_page_is_left_alone_until_there_is_news_which_is_said(page: Page) -> None:
    page.locator("#bell").evaluate("bell => bell.dataset.seen = 'before'")
    assert wait_for_a_poll(page) == 204
    expect(page.locator("#bell")).to_have_attribute("data-seen", "before")

    def many_more(route: Route) -> None:
        """What the server answers to a page that shows another number, as if by now there were 99."""
        answer = route.fetch(url=re.sub("unread=.*", "unread=?", route.request.url))
        body = re.sub('data-asc-unread="[0-9]+"', 'data-asc-unread="99"', answer.text())
        route.fulfill(response=answer, body=re.sub("(none|[0-9]+) unread", "99 unread", body))

    page.route("**/notifications/bell/?unread=*", many_more)
    assert wait_for_a_poll(page) == 200
    expect(bell_of(page)).to_have_accessible_name("Notifications, 99 unread")
    expect(page.get_by_role("status").filter(has_text="Notifications, 99 unread")).to_have_count(1)


def test_each_opening_asks_for_the_newest(page: Page) -> None:
    entries = page.locator("#bell").get_by_role("button", name=re.compile("was assigned to you"))
    for _ in range(3):
        with page.expect_response("**/notifications/newest/"):
            bell_of(page).press("Enter")
        expect(entries.first).to_be_visible()
        page.keyboard.press("Escape")
        expect(entries.first).to_be_hidden()


def test_where_nobody_answers_it_says_so_and_asks_again_when_it_is_opened_again(page: Page) -> None:
    bell, said = page.locator("#bell"), page.get_by_role("alert").filter(has_text="could not be reached")
    page.context.set_offline(True)
    bell_of(page).press("Enter")
    expect(said).to_be_visible()
    expect(bell).to_contain_text(MEANWHILE)
    page.keyboard.press("Escape")
    page.context.set_offline(False)
    bell_of(page).press("Enter")
    expect(bell.get_by_role("button", name=re.compile("was assigned to you")).first).to_be_visible()
    expect(bell).not_to_contain_text(MEANWHILE)
    expect(said).to_have_count(0)


def test_an_error_instead_of_the_newest_leaves_the_page_as_it_is(page: Page) -> None:
    page.route("**/notifications/newest/", lambda route: route.fulfill(status=500, body="broken"))
    with page.expect_response("**/notifications/newest/"):
        bell_of(page).press("Enter")
    page.wait_for_timeout(200)  # longer than an answer takes to settle
    expect(page.locator("#bell")).to_contain_text(MEANWHILE)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_opened_after_the_session_has_ended_it_leads_to_the_login_and_back(page: Page) -> None:
    page.goto("/enroll/certifications/")
    page.context.clear_cookies()
    bell_of(page).press("Enter")
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/enroll/certifications/$"))
