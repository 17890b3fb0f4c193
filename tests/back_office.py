"""The pages of the back office as an operator has them open."""

from __future__ import annotations

from collections import defaultdict
from html.parser import HTMLParser
from typing import Any

from django.test import Client


def opened(office: Client, path: str) -> dict[str, list[str]]:
    """What a browser would send if the page were saved as it is."""
    return shown_in(office.get(path))


def shown_in(response: Any) -> dict[str, list[str]]:
    """The same of an answer, such as a page with an error."""
    assert response.status_code == 200
    form = _Form()
    form.feed(response.text.partition('id="content-main"')[2].partition('<div class="submit-row">')[0])
    return dict(form.fields)


class _Form(HTMLParser):
    """The fields of a form with their values, as far as a browser sends them."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = defaultdict(list)
        self._select = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "input" and (has.get("type") not in ("checkbox", "radio") or "checked" in has):
            self.fields[has.get("name", "")].append(has.get("value", "on" if "checked" in has else ""))
        elif tag in ("select", "textarea"):
            self._select, self._text = (has["name"], "") if tag == "select" else ("", has["name"])
            self.fields[has["name"]] = [] if tag == "select" else [""]
        elif tag == "option" and ("selected" in has or not self.fields[self._select]):
            self.fields[self._select] = [has.get("value", "")]

    def handle_data(self, data: str) -> None:
        if self._text:
            self.fields[self._text][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.fields[self._text] = [self.fields[self._text][0].removeprefix("\n").strip("\r\n")]
            self._text = ""
