"""Every page passes axe's rules of WCAG 2.2 A and AA and its good practices, in both themes."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from .conftest import Demo, Opening
from .pages import DIALOGS, MENUS, VISITORS, Visitor

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
    page = open_page(demo, visitor.email, color_scheme=theme)
    found: list[str] = []
    for path in visitor.paths:
        page.goto(path)
        found += faults(page, path)
    for opened in (MENUS if visitor.email else []) + (DIALOGS if visitor.may_assign else []):
        opened(page)
        found += faults(page, opened.__name__)
    assert found == []
