"""A link in an email that is read in a browser, while other pages of Ascender are open there."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import Demo, Opening
from .pages import LIST

WEBMAIL = "http://webmail.example/"


def test_what_is_open_stays_good_when_an_emails_link_is_followed(demo: Demo, open_page: Opening) -> None:
    page = open_page(demo, "ada@meridian.example")
    page.goto(f"{LIST}value-negotiation/eligible/")
    page.get_by_role("checkbox").nth(1).check()

    mailbox = page.context.new_page()
    mailbox.route(WEBMAIL, lambda route: route.fulfill(body=f'<a href="{demo.site}/enroll/">Open it</a>'))
    mailbox.goto(WEBMAIL)
    mailbox.get_by_role("link", name="Open it").click()
    expect(mailbox.get_by_role("heading", level=1)).to_have_text("Assignments")

    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()
