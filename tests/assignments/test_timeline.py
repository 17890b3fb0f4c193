"""The page of a learner's messages tells the changes between them: one reads why the due day is what it is."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import services as people
from accounts.models import User
from assignments import services
from certifications.models import Certification
from tests.factories import PersonFactory

from . import presses
from .conftest import Press, open_assignment
from .pages import ONE, read
from .presses import DUE_ON

pytestmark = pytest.mark.django_db


def timeline(browser: Client, learner: User) -> str:
    return read(browser, f"{ONE}learners/{learner.pk}/messages/")


def test_it_tells_who_set_and_moved_the_due_day_by_how_many_days(
    clock: time_machine.Coordinates,
    browser: Client,
    ada: User,
    lena: User,
    assign: Press,
    move: Press,
    message: Certification,
) -> None:
    zoe = PersonFactory(company=ada.company, first_name="Zoe", can_manage_assignments=True)
    assign(lena)
    for day in (DUE_ON, date(2027, 4, 1), date(2027, 3, 31)):
        clock.shift(60)
        presses.change_due_date(zoe, message, open_assignment(lena), due_on=day, at=timezone.now())
    clock.shift(60)
    move(lena, due_on=None)
    said = timeline(browser, lena)
    told = [
        "Mon 1 March 2027, 10:00 Change Assigned without a due date · by Ada Ekström",
        "Waiting Assignment",
        "10:01 Change Due date set to Tue 9 March 2027 · by Zoe Moss",
        "10:02 Change Due date moved from Tue 9 March 2027 to Thu 1 April 2027, 23 days later · by Zoe Moss",
        "10:03 Change Due date moved from Thu 1 April 2027 to Wed 31 March 2027, 1 day earlier · by Zoe Moss",
        "10:04 Change Due date cleared, it was Wed 31 March 2027 · by Ada Ekström",
    ]
    assert [each for each in told if each not in said] == []
    assert sorted(told, key=said.index) == told


def test_it_tells_what_was_unassigned_and_taken_back(
    clock: time_machine.Coordinates, browser: Client, ada: User, lena: User, assign: Press, unassign: Press
) -> None:
    assign(lena, due_on=DUE_ON)
    clock.shift(60)
    gone = unassign(lena)
    clock.shift(60)
    services.take_back(by=ada, operation=gone, op_id=uuid.uuid4(), at=timezone.now())
    said = timeline(browser, lena)
    assert "10:01 Change Unassigned · by Ada Ekström" in said
    taken_back = "who took back an operation of Mon 1 March 2027, 10:01 (Unassign)"
    assert f"10:02 Change Assigned, due Tue 9 March 2027 · by Ada Ekström, {taken_back}" in said


def test_it_tells_what_a_deactivation_closed(browser: Client, lena: User, assign: Press) -> None:
    assign(lena)
    people.deactivate(person=lena, by=None, at=timezone.now())
    assert "Change Closed: Deactivation · by Ascender" in timeline(browser, lena)


def test_many_changes_cost_as_many_queries_as_few(
    browser: Client, lena: User, assign: Press, unassign: Press, move: Press
) -> None:
    def queries(how_many: int) -> int:
        for _ in range(how_many):
            assign(lena)
            move(lena, due_on=DUE_ON)
            unassign(lena)
        with CaptureQueriesContext(connection) as captured:
            timeline(browser, lena)
        return len(captured)

    queries(1)
    assert queries(2) == queries(18)
