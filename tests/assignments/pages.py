"""The pages of the team and their dialogs, as their reader sees and sends them."""

from __future__ import annotations

import re
import uuid
from html import unescape
from typing import Any

from django.test import Client

LIST = "/team/assignments/certifications/"
ONE = f"{LIST}command-of-the-message/"
ASSIGNED, ELIGIBLE, NOT_ELIGIBLE = f"{ONE}assigned/", f"{ONE}eligible/", f"{ONE}not-eligible/"
MINE = "/enroll/assignments/"
ASSIGN, UNASSIGN, MOVE = f"{ONE}assign/", f"{ONE}unassign/", f"{ONE}change-due-date/"
HTMX = {"HX-Request": "true"}


def words(html: str) -> str:
    """The text as one line, as it is read."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def main_of(response: Any) -> str:
    """What stands between the bars."""
    return words(response.text.partition("<main")[2].partition("</main>")[0].partition(">")[2])


def read(browser: Client, path: str, **query: Any) -> str:
    response = browser.get(path, query)
    assert response.status_code == 200
    return main_of(response)


def rows(browser: Client, path: str, **query: Any) -> list[list[str]]:
    """The cells of each row of the page's one table, without those of the checkboxes."""
    response = browser.get(path, query)
    assert response.status_code == 200
    return rows_of(response)


def rows_of(response: Any) -> list[list[str]]:
    body = response.text.partition("<tbody")[2].partition("</tbody>")[0]
    found = [re.findall(r"<t[hd] .*?</t[hd]>", row, re.DOTALL) for row in body.split("<tr")[1:]]
    return [[words(cell) for cell in row if 'type="checkbox"' not in cell] for row in found]


def without_token(response: Any) -> str:
    """The whole page but for the tokens of its forms, which differ with every answer."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.text)


def names(browser: Client, path: str, **query: Any) -> list[str]:
    """The first names of the rows, in their order."""
    return [row[0].split()[0] for row in rows(browser, path, **query)]


def dialog_of(response: Any) -> str:
    """What the dialog says; no other than that one is in the page."""
    assert response.text.count("<dialog") == 1
    return words("<" + response.text.partition("<dialog")[2].partition("</dialog>")[0])


def op_id_of(response: Any) -> str:
    return re.findall(r'name="op_id" value="([^"]*)"', response.text)[0]


def press(browser: Client, path: str, selected: Any, **fields: Any) -> Any:
    """The second step: what the dialog sends."""
    usual = {"op_id": uuid.uuid4(), "learner": selected, "name": "Spring round", "due_on": ""}
    return browser.post(path, usual | fields)


def result_of(browser: Client, response: Any) -> str:
    """The banner on the page that a press leads to."""
    assert response.status_code == 302
    return words(
        browser.get(response["Location"]).text.partition('aria-labelledby="result">')[2].partition("</section>")[0]
    )
