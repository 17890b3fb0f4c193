"""Every page passes axe's rules of WCAG 2.2 A and AA and its good practices in both themes, breaks no
Content-Security-Policy, asks no other host for anything and lacks no part of itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page, Response, expect

from .conftest import Demo, Opening
from .pages import MESSAGE, VISITORS, Visitor

# Style sheets are not fetched anew: what wants that looks at turned screens, which axe leaves out, and at sounds.
RULES: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
# Those that look at colours; whatever else a theme leaves as it is has been looked at in the other one.
RULES_OF_COLOURS = RULES | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
BROKEN = "rules => axe.run(rules).then(results => results.violations)"
EXPECTED = ("Failed to load resource", "htmx:sendAbort", "htmx:afterRequest")
THEMES: list[tuple[Literal["light", "dark"], dict[str, Any]]] = [("light", RULES), ("dark", RULES_OF_COLOURS)]
# Runs before the page's own scripts, and outside of the policy.
COLLECT = """
window.refusals = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.refusals.push(`${event.violatedDirective} refused ${event.blockedURI}`));
"""


def faults(page: Page, place: str) -> list[str]:
    """One line per rule that the page breaks in one of the themes, with the first elements that do."""
    found: list[str] = []
    page.evaluate(AXE_SCRIPT)
    for theme, rules in THEMES:
        # A dialog that is still fading in has no contrast of its own.
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        broken: list[dict[str, Any]] = page.evaluate(BROKEN, rules)
        found += [
            f"{place} ({theme}): {each['id']} ({each['help']}) at {[node['target'] for node in each['nodes'][:3]]}"
            for each in broken
        ]
    return found


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
        """Errors, but not what has its reasons: an answer's status, and a question that a later one replaced."""
        if message.type == "error" and not message.text.startswith(EXPECTED):
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
def test_neither_axe_nor_the_browser_finds_anything(demo: Demo, open_page: Opening, visitor: Visitor) -> None:
    page = open_page(demo, visitor.email, reduced_motion="reduce")
    witness = Witness(page, demo.site)
    found: list[str] = []
    for path in visitor.paths:
        answer = page.goto(path)
        if answer and answer.ok == (path in visitor.refused):
            found.append(f"{path}: {answer.status}")
        found += faults(page, path) + witness.look(path)
    for opened in visitor.openings:
        opened(page)
        found += faults(page, opened.__name__) + witness.look(opened.__name__)
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


def test_axe_finds_nothing_while_no_email_goes_out(demo: Demo, open_page: Opening, paused: None) -> None:
    page = open_page(demo, "ada@meridian.example")
    for path in (f"{MESSAGE}assigned/", f"{MESSAGE}assigned/?delivery=failed"):
        page.goto(path)
        expect(page.get_by_text("No email goes out at the moment.")).to_be_visible()
        assert faults(page, path) == []
