"""At midnight: a page that is asked for on one day and answered on the next speaks of one of them throughout."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from accounts.models import Company, User

from .conftest import Press, open_assignment
from .pages import ASSIGNED, MOVE, ONE, without_token
from .presses import NOW, TODAY

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NEVER = 10_000

Ask = Callable[[Client, SimpleNamespace], Any]
#: Cy can be assigned; Di's reminder is late.
ASKED: dict[str, Ask] = {
    "the overdue": lambda browser, team: browser.get(ASSIGNED, {"due": "overdue"}),
    "upcoming": lambda browser, team: browser.get("/team/assignments/upcoming/"),
    "a preview": lambda browser, team: browser.get(f"{ONE}learners/{team.cy.pk}/preview/", {"due_on": TODAY + 6 * DAY}),
    "a dialog": lambda browser, team: browser.post(MOVE, {"learner": open_assignment(team.bo).selection_value}),
}


@contextmanager
def midnight(clock: time_machine.Coordinates, company: Company, *, after: int) -> Iterator[list[str]]:
    """So many questions are put to the database in here before the company's day ends."""
    ends = datetime.combine(TODAY + DAY, datetime.min.time(), tzinfo=company.zone)
    asked: list[str] = []

    def tell(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        asked.append(sql)
        if len(asked) > after:
            clock.move_to(ends + MINUTE)
        return execute(sql, *args)

    clock.move_to(ends - MINUTE)
    with connection.execute_wrapper(tell):
        yield asked


@pytest.mark.parametrize("name", ASKED)
def test_a_page_has_one_day(
    clock: time_machine.Coordinates,
    meridian: Company,
    browser: Client,
    lena: User,
    team: SimpleNamespace,
    assign: Press,
    name: str,
) -> None:
    assign(team.di, due_on=TODAY + 4 * DAY, at=NOW - 3 * DAY)
    for learner, due_on in ((team.bo, TODAY - DAY), (lena, TODAY)):
        assign(learner, due_on=due_on, at=NOW - 2 * DAY)

    def said(after: int) -> tuple[str, int]:
        with midnight(clock, meridian, after=after) as asked:
            response = ASKED[name](browser, team)
        assert response.status_code == 200
        return re.sub(r"[\w-]{36,}", "", without_token(response)), len(asked)

    (before, questions), (afterwards, _) = said(NEVER), said(0)
    assert before != afterwards
    assert [said(number)[0] in (before, afterwards) for number in range(questions)] == [True] * questions
