"""A table that is wider than its box stays where it was scrolled to while its rows are exchanged."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .conftest import Demo, Opening
from .pages import ADA, REPORT

WHERE = "box => Math.round(box.scrollLeft)"


def test_sorting_paging_and_searching_keep_the_columns_that_are_looked_at(demo: Demo, open_page: Opening) -> None:
    page = open_page(demo, ADA)
    page.goto(REPORT)
    box = page.locator(".asc-scroll")
    there = 500
    box.evaluate("(box, there) => { box.scrollLeft = there; }", there)
    page.locator("#sort-due_on").evaluate("head => head.click()")  # without scrolling to it
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Due Date")
    assert box.evaluate(WHERE) == there
    page.locator("#page-next").click()
    expect(page.locator(".asc-pager__pages [aria-current]")).to_have_text("2")
    assert box.evaluate(WHERE) == there
    page.get_by_role("searchbox").fill("nobody-is-called-this")
    expect(page.get_by_role("heading", name="No row matches")).to_be_visible()
    page.get_by_role("searchbox").fill("an")
    expect(page).to_have_url(re.compile("q=an"))
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    assert box.evaluate(WHERE) == there
