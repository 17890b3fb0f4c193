"""The preview from the Assign dialog: a window of its own, and the dialog stays as it was, ready to be pressed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import Demo, Opening
from .pages import open_assign_dialog


@pytest.mark.parametrize("has_scripts", [True, False])
def test_what_was_typed_is_shown_elsewhere_and_can_be_sent_at_once(
    demo: Demo, open_page: Opening, has_scripts: bool
) -> None:
    page = open_page(demo, "ada@meridian.example", java_script_enabled=has_scripts)
    open_assign_dialog(page)
    page.get_by_label("Assignment Name").fill("Spring round")
    page.get_by_label("Due Date").fill("2090-03-09")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Preview the emails").click()
    preview = opened.value
    expect(preview.get_by_role("heading", name="Reminder, 5 days before the due date")).to_be_visible()
    expect(preview.get_by_label("Assignment Name")).to_have_value("Spring round")
    html = preview.frame_locator("iframe").first
    expect(html.get_by_role("heading")).to_have_text("Value Negotiation is assigned to you")

    expect(page.get_by_label("Assignment Name")).to_have_value("Spring round")
    page.get_by_label("Due Date").fill("2020-03-09")
    if not has_scripts:  # the browser itself refuses it
        assert not page.get_by_label("Due Date").evaluate("field => field.form.checkValidity()")
        return
    page.get_by_role("dialog").get_by_role("button", name="Assign").click()
    expect(page.get_by_text("Choose today or a later day: it is")).to_be_visible()
