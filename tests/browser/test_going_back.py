"""Going back in a browser as people have it: one that keeps whole pages, which the others of this folder do not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Demo, log_in
from .pages import ADA, MESSAGE

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
MARK, IS_MARKED = "window.isKept = true", "window.isKept === true"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium itself: the headless shell keeps no pages")


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    keeping = browser.browser_type.launch(
        executable_path=CHROMIUM,
        args=["--headless=new", "--disable-dev-shm-usage", "--no-sandbox"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    page = keeping.new_context(base_url=demo.site).new_page()
    yield page
    keeping.close()


def go_back(page: Page) -> None:
    """By the page itself: Playwright waits for one to be loaded, which one that was kept is not."""
    page.evaluate("() => { history.back(); }")


def test_going_back_asks_again_and_shows_no_dialog_that_has_done_its_work(page: Page) -> None:
    log_in(page, ADA)
    page.goto(f"{MESSAGE}eligible/")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.evaluate(MARK)
    page.goto("/enroll/assignments/")
    with page.expect_response("**/eligible/"):
        go_back(page)
    expect(page.get_by_role("heading", level=1, name="Command of the Message")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert not page.evaluate(IS_MARKED)


def test_going_back_after_logging_out_leads_to_the_login(page: Page) -> None:
    log_in(page, ADA)
    page.goto(f"{MESSAGE}assigned/")
    page.get_by_label("Profile and Account Settings").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    go_back(page)
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    expect(page.get_by_label("Email")).to_be_visible()
    assert page.get_by_text("meridian.example").count() == 0


def test_going_back_to_the_login_keeps_what_was_typed(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(ADA)
    page.evaluate(MARK)
    page.get_by_role("link", name="Forgot").click()
    expect(page).to_have_url("/accounts/password/reset/")
    go_back(page)
    expect(page.get_by_label("Password", exact=True)).to_be_visible()
    expect(page.get_by_label("Email")).to_have_value(ADA)
