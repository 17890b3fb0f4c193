"""A file instead of ticks, from the subtab to the result: with JavaScript, without it, and for axe in both themes."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Error, FilePayload, Page, Route, expect

from .conftest import Demo, Opening
from .pages import MESSAGE
from .test_every_page import faults

UPLOAD = re.compile(r"/uploads/[0-9a-f-]+/$")
LINES = """Email;Due Date;Assignment Name;Department
{person};2099-12-24;Spring round;Sales
nobody@meridian.example;;;Sales
max@meridian.example;03/04/2099;;Sales
"""


def upload(page: Page, person: str) -> None:
    """From the subtab to the review of a file with three lines."""
    page.goto(f"{MESSAGE}eligible/")
    page.get_by_role("link", name="From a file").first.click()
    content = LINES.format(person=person).encode()
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "spring.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="spring.csv")).to_be_visible()
    while page.get_by_text("The file is being read").count():  # a sweep was first; without scripts one looks again
        page.reload()


def eligible_person(page: Page, place: int) -> str:
    """The address of somebody of the list of those who are eligible."""
    page.goto(f"{MESSAGE}eligible/")
    return page.locator("tbody tr").nth(place).locator(".asc-sub").first.inner_text().strip()


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_a_file_is_looked_at_pressed_and_what_is_left_downloaded(
    demo: Demo, open_page: Opening, java_script_enabled: bool
) -> None:
    page = open_page(demo, "ada@meridian.example", java_script_enabled=java_script_enabled)
    upload(page, eligible_person(page, 0))
    expect(page.get_by_text("1 of 3 lines can be carried out")).to_be_visible()
    expect(page.get_by_text("Nobody in Meridian Systems has this address.")).to_be_visible()
    page.get_by_role("button", name="Assign 1 person").click()
    expect(page.get_by_text("1 of 3 lines was carried out")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="The 2 left, CSV").click()
    left = Path(download.value.path()).read_text("utf-8-sig")
    assert left.splitlines()[0] == "Email,Due Date,Assignment Name,Reason"
    assert "03/04/2099" in left


def test_that_a_file_is_read_takes_nobody_out_of_an_open_menu(demo: Demo, open_page: Opening) -> None:
    page = open_page(demo, "ada@meridian.example")
    held: list[Route] = []
    page.route(UPLOAD, lambda route: held.append(route) if route.request.resource_type == "xhr" else route.continue_())
    page.goto(f"{MESSAGE}file/assign/")
    many = "Email\n" + "".join(f"nobody-is-called-this-{number}@meridian.example\n" for number in range(50_000))
    long = FilePayload(name="long.csv", mimeType="text/csv", buffer=many.encode())
    page.get_by_label("File", exact=True).set_input_files(long)
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_text("The file is being read")).to_be_visible()
    page.get_by_label(re.compile("^Profile and Account Settings")).click()
    while "The file is being read" in page.request.get(page.url).text():
        page.wait_for_timeout(200)
    page.unroute(UPLOAD)
    for route in held:
        with suppress(Error):  # one that the page has given up meanwhile
            route.continue_()
    expect(page.locator("#result")).to_be_visible()
    expect(page.get_by_role("link", name="My Profile")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_and_nothing_sticks_out(demo: Demo, open_page: Opening, width: int) -> None:
    page = open_page(demo, "ada@meridian.example", viewport={"width": width, "height": 900})
    upload(page, eligible_person(page, 1))
    review = page.url
    kinds = ("assign", "unassign", "change-due-date")
    for path in [review, f"{review}?show=good", *(f"{MESSAGE}file/{kind}/" for kind in kinds)]:
        page.goto(path)
        assert faults(page, path) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width


BUTTON = """field => {
    const style = getComputedStyle(field, "::file-selector-button");
    return [style.color, style.backgroundColor];
}"""


def luminance(color: str) -> float:
    """Relative, from 0 to 1, of an "rgb(…)" (WCAG 2.2)."""
    shares = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_button_of_the_field_can_be_read_where_axe_does_not_look(
    demo: Demo, open_page: Opening, theme: Literal["light", "dark"]
) -> None:
    page = open_page(demo, "ada@meridian.example", color_scheme=theme, reduced_motion="reduce")
    page.goto(f"{MESSAGE}file/assign/")
    field = page.get_by_label("File", exact=True)
    for hovered in (False, True):
        if hovered:
            field.hover(position={"x": 20, "y": 10})
            page.wait_for_timeout(300)  # longer than the color takes to change
        darker, lighter = sorted(map(luminance, field.evaluate(BUTTON)))
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5
