from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from assignments import services
from assignments.models import Assignment
from certifications.models import Certification

#: Eight in the morning in New York; in Auckland it is the day after.
NOW = datetime(2027, 3, 9, 13, 0, tzinfo=UTC)
TODAY = date(2027, 3, 9)
PAGE = "/reports/certification-progress/"
FILE = "/reports/certification-progress.csv"

Row = dict[str, str]
Report = Callable[..., list[Row]]
Assign = Callable[..., Assignment]


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def assign(ada: User) -> Assign:
    """`assign(lena, message, due_on=…)`: Ada, or another admin, assigns one person; the assignment."""

    def press(
        learner: User,
        certification: Certification,
        *,
        due_on: date | None = None,
        by: User = ada,
        at: datetime = NOW,
        name: str = "",
    ) -> Assignment:
        services.assign(
            by=by,
            certification=certification,
            learner_ids=[learner.pk],
            name=name or certification.title,
            due_on=due_on,
            op_id=uuid.uuid4(),
            at=at,
        )
        return Assignment.objects.open().get(learner=learner.pk, certification=certification)

    return press


@pytest.fixture
def unassign(ada: User) -> Callable[[Assignment], None]:
    def press(assignment: Assignment) -> None:
        services.unassign(
            by=ada,
            certification=assignment.certification,
            assignment_ids=[assignment.pk],
            op_id=uuid.uuid4(),
            at=NOW,
        )

    return press


@pytest.fixture
def report(client_of: Callable[[User], Client]) -> Report:
    """`report(ada, sort="-due_on")`: the rows of the file that the person gets, one dict of cells each."""

    def read(person: User, **query: Any) -> list[Row]:
        response = client_of(person).get(FILE, query)
        assert response.status_code == 200
        text = b"".join(response.streaming_content).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    return read
