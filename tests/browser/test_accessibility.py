"""Every page passes axe's rules of WCAG 2.2 A and AA and its good practices, in both themes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .conftest import Demo, Opening
from .pages import DIALOGS, MENUS, MESSAGE, VISITORS, Visitor

RULES = {"resultTypes": ["violations"]}


def faults(page: Page, place: str) -> list[str]:
    """One line per rule that the page breaks, with the first elements that do."""
    found: list[dict[str, Any]] = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{place}: {each['id']} ({each['help']}) at {[node['target'] for node in each['nodes'][:3]]}" for each in found
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("visitor", VISITORS, ids=lambda visitor: visitor.name)
def test_axe_finds_nothing(demo: Demo, open_page: Opening, visitor: Visitor, theme: Literal["light", "dark"]) -> None:
    # A dialog that is still fading in has no contrast of its own.
    page = open_page(demo, visitor.email, color_scheme=theme, reduced_motion="reduce")
    found: list[str] = []
    for path in visitor.paths:
        page.goto(path)
        found += faults(page, path)
    for opened in (MENUS if visitor.email else []) + (DIALOGS if visitor.may_assign else []):
        opened(page)
        found += faults(page, opened.__name__)
    assert found == []


@pytest.fixture
def paused(demo: Demo) -> Iterator[None]:
    """No email goes out: the mail server refuses our login."""
    note = (
        "from notifications.models import Channel as C; C.objects.update_or_create(pk='email', defaults={'pauses': %s})"
    )
    demo.manage("shell", "--command", note % 1)
    yield
    demo.manage("shell", "--command", note % 0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_while_no_email_goes_out(
    demo: Demo, open_page: Opening, paused: None, theme: Literal["light", "dark"]
) -> None:
    page = open_page(demo, "ada@meridian.example", color_scheme=theme)
    for path in (f"{MESSAGE}assigned/", f"{MESSAGE}assigned/?delivery=failed"):
        page.goto(path)
        expect(page.get_by_text("No email goes out at the moment.")).to_be_visible()
        assert faults(page, path) == []
