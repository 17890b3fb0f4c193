"""Sentences go by their number: one step, one person, several."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.test import Client

from accounts.models import User
from certifications.models import Certification
from tests.factories import complete

from .pages import ELIGIBLE, rows, words

DUE_ON = date(2027, 3, 9)


def said(template: str, *, done: int, total: int) -> str:
    counts = {"steps_done": done, "steps_total": total, "steps_left": total - done}
    overdue = SimpleNamespace(due_on=DUE_ON, learner=SimpleNamespace(full_name="Lena"), certification={}, **counts)
    days = dict.fromkeys(["due_on", "today", "assigned_on"], DUE_ON)
    context = counts | days | {"overdue": [overdue], "people_count": 1, "recipient": {}}
    return words(render_to_string(f"assignments/email/{template}", context))


@pytest.mark.parametrize(
    ("done", "total", "says"),
    [
        (0, 1, "its only step is not done yet."),
        (0, 6, "none of its 6 steps is done yet."),
        (5, 6, "1 of its 6 steps is left."),
        (2, 6, "4 of its 6 steps are left."),
    ],
)
@pytest.mark.parametrize("kind", ["reminder", "overdue", "remind_now"])
def test_what_is_left_is_said_by_its_number(kind: str, done: int, total: int, says: str) -> None:
    assert says in said(f"{kind}.txt", done=done, total=total)
    assert says in said(f"{kind}.html", done=done, total=total)


@pytest.mark.parametrize("kind", ["reminder", "overdue", "remind_now"])
def test_the_line_that_an_inbox_shows_goes_by_the_number_too(kind: str) -> None:
    assert "1 of 1 step left." in said(f"{kind}.html", done=0, total=1)
    assert "1 of 6 steps left." in said(f"{kind}.html", done=5, total=6)


@pytest.mark.parametrize("part", ["team_overdue.txt", "team_overdue.html"])
def test_managers_read_it_by_its_number(part: str) -> None:
    assert "0 of 1 step done" in said(part, done=0, total=1)
    assert "0 of 6 steps done" in said(part, done=0, total=6)


@pytest.mark.django_db
def test_kept_progress_is_said_by_its_number(browser: Client, lena: User, message: Certification) -> None:
    message.steps.exclude(position=1).delete()
    complete(lena, message)
    assert rows(browser, ELIGIBLE)[0][-1] == "1 of 1 step"
