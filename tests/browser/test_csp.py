"""No page breaks the Content-Security-Policy, asks another host for anything, or fails to load a part of itself."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page, Response

from .conftest import Demo, Opening
from .pages import DIALOGS, MENUS, VISITORS, Visitor

# Runs before the page's own scripts, and outside of the policy.
COLLECT = """
window.refusals = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.refusals.push(`${event.violatedDirective} refused ${event.blockedURI}`));
"""


class Witness:
    """Notes what a page asks for, and what the browser complains about."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.strangers: set[str] = set()
        self.complaints: list[str] = []
        page.add_init_script(COLLECT)
        page.on("request", lambda request: self._note(request.url, site))
        page.on("console", self._note_complaint)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("response", self._note_missing_part)

    def _note(self, url: str, site: str) -> None:
        if urlsplit(url).scheme != "data" and not url.startswith(f"{site}/"):
            self.strangers.add(url)

    def _note_complaint(self, message: ConsoleMessage) -> None:
        """Errors, but not those about an answer's status: pages have their reasons for a 404 or a 422."""
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.complaints.append(message.text)

    def _note_missing_part(self, response: Response) -> None:
        if response.request.resource_type not in ("document", "xhr", "fetch") and response.status >= 400:
            self.complaints.append(f"{response.status} for {response.url}")

    def look(self, place: str) -> list[str]:
        """What was wrong since the last look."""
        refusals: list[str] = self.page.evaluate("window.refusals")
        wrong = [f"{place}: {each}" for each in [*refusals, *self.complaints, *self.strangers]]
        self.complaints.clear()
        self.strangers.clear()
        return wrong


@pytest.mark.parametrize("visitor", VISITORS, ids=lambda visitor: visitor.name)
def test_the_browser_has_nothing_to_refuse(demo: Demo, open_page: Opening, visitor: Visitor) -> None:
    page = open_page(demo, visitor.email)
    witness = Witness(page, demo.site)
    found: list[str] = []
    for path in visitor.paths:
        page.goto(path, wait_until="networkidle")
        found += witness.look(path)
    for opened in (MENUS if visitor.email else []) + (DIALOGS if visitor.may_assign else []):
        opened(page)
        found += witness.look(opened.__name__)
    assert found == []
