"""The buttons as Ada presses them now, her browser, and the clock. `presses` has them with every detail to choose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Company, User
from assignments.models import Assignment, Operation
from certifications.models import Certification
from tests.factories import complete, eligible_person
from tests.notifications.conftest import rings  # noqa: F401, a fixture

from . import presses

Press = Callable[..., Operation]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    """It is `presses.NOW` until a test moves the clock: `clock.move_to(…)`."""
    with time_machine.travel(presses.NOW, tick=False) as coordinates:
        yield coordinates


def open_assignment(learner: User) -> Assignment:
    """The learner's only open assignment as it is now."""
    return Assignment.objects.open().get(learner=learner.pk)


@pytest.fixture
def assign(ada: User, message: Certification) -> Press:
    """`assign(lena, due_on=…)`: Ada assigns *Command of the Message*, now."""

    def press(*learners: User, **asked: Any) -> Operation:
        return presses.assign(ada, message, *learners, **{"at": timezone.now()} | asked)

    return press


@pytest.fixture
def unassign(ada: User, message: Certification) -> Press:
    def press(*learners: User, **asked: Any) -> Operation:
        assignments = [open_assignment(learner) for learner in learners]
        return presses.unassign(ada, message, *assignments, **{"at": timezone.now()} | asked)

    return press


@pytest.fixture
def move(ada: User, message: Certification) -> Press:
    """`move(lena, due_on=…)`: Ada changes the due day of what Lena has open, now."""

    def press(*learners: User, **asked: Any) -> Operation:
        assignments = [open_assignment(learner) for learner in learners]
        return presses.change_due_date(ada, message, *assignments, **{"at": timezone.now()} | asked)

    return press


@pytest.fixture
def browser(client_of: Callable[[User], Client], ada: User) -> Client:
    """Ada's."""
    return client_of(ada)


@pytest.fixture
def team(ada: User, meridian: Company, message: Certification) -> SimpleNamespace:
    """Bo, Cy and Di in every respect in another order; all eligible."""
    facts = {
        "bo": ("Bo", "Young", "Seller", "Sales", "EMEA", 2),
        "cy": ("Cy", "Xu", "Analyst", "Finance", "APAC", 0),
        "di": ("Di", "Zola", "Manager", "Marketing", "AMER", 1),
    }
    team = SimpleNamespace()
    for name, (first, last, title, area, region, done) in facts.items():
        person = eligible_person(
            message, meridian, first_name=first, last_name=last, title=title, functional_area=area, region=region
        )
        complete(person, message, steps=done) if done else None
        setattr(team, name, person)
    return team
