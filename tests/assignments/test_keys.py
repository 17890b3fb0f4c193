"""The name of a promise is the same, whether the database writes it for thousands or Python for one."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Company, User
from assignments import services
from assignments.notices.keys import ABOUT_TEAM, reminder_key_of, team_overdue_key_of
from assignments.reminders import Plan
from notifications.models import Notification

from .conftest import Press, open_assignment
from .presses import TODAY
from .test_upcoming import choose

DAYS_TO_COME = 2


def keys_of(kind: str) -> list[str]:
    return list(Notification.objects.filter(kind=kind).values_list("dedupe_key", flat=True))


@pytest.mark.parametrize(("kind", "days_before"), [("reminder", 1), ("reminder", 0), ("overdue", -3)])
def test_of_what_is_said_about_a_due_day(
    clock: time_machine.Coordinates, meridian: Company, lena: User, assign: Press, kind: str, days_before: int
) -> None:
    choose(meridian, Plan(learner=(days_before,)))
    assign(lena, due_on=TODAY + timedelta(DAYS_TO_COME))
    clock.shift(timedelta(DAYS_TO_COME - days_before))
    services.queue_reminders(at=timezone.now())
    assert keys_of(kind) == [reminder_key_of(open_assignment(lena), days_before)]


def test_of_what_a_manager_is_told(
    clock: time_machine.Coordinates, meridian: Company, lena: User, rosa: User, assign: Press
) -> None:
    choose(meridian, Plan(manager=(-2, -4)))
    assign(lena, due_on=TODAY)
    clock.shift(timedelta(2))
    services.queue_reminders(at=timezone.now())
    assert keys_of("team_overdue") == [team_overdue_key_of(rosa.pk, TODAY + timedelta(2))]
    assert Notification.objects.get(kind="team_overdue").about == f"{ABOUT_TEAM}{rosa.pk}"
    assert Notification.objects.get(kind="team_overdue").context["due_by"] == str(TODAY)
