"""Overdue: the due day has ended where the company is, and the certification is not completed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from accounts.models import Company, User
from assignments.models import Assignment
from certifications.models import Certification
from reports.querysets import progress_of
from tests.factories import PersonFactory, complete, eligible_person

from .conftest import NOW, Assign, Report

DUE = date(2027, 3, 14)
#: The first instant of 15 March in either place. New York sets its clocks forward on the due day itself.
DAY_AFTER = {
    "America/New_York": datetime(2027, 3, 15, 4, 0, tzinfo=UTC),
    "Pacific/Auckland": datetime(2027, 3, 14, 11, 0, tzinfo=UTC),
}


@pytest.fixture(params=DAY_AFTER)
def company(request: pytest.FixtureRequest, meridian: Company, harbor: Company) -> Company:
    return {"America/New_York": meridian, "Pacific/Auckland": harbor}[request.param]


@pytest.fixture
def boss(company: Company) -> User:
    return PersonFactory(company=company, can_manage_reports=True, can_manage_assignments=True)


@pytest.fixture
def learner(company: Company, message: Certification) -> User:
    return eligible_person(message, company, first_name="Robin Learner")


def test_a_due_day_is_good_until_its_last_minute(
    boss: User, learner: User, message: Certification, assign: Assign, report: Report
) -> None:
    assign(learner, message, due_on=DUE, by=boss)
    midnight = DAY_AFTER[boss.company.time_zone]
    with time_machine.travel(midnight - timedelta(minutes=1), tick=False):
        assert [row["Overdue"] for row in report(boss)] == ["No"]
        assert report(boss, overdue="yes") == []
    with time_machine.travel(midnight, tick=False):
        assert [row["Overdue"] for row in report(boss)] == ["Yes"]
        assert len(report(boss, overdue="yes")) == 1


def test_in_progress_is_overdue_and_completed_never(
    boss: User, learner: User, message: Certification, assign: Assign, report: Report
) -> None:
    assign(learner, message, due_on=DUE, by=boss)
    with time_machine.travel(DAY_AFTER[boss.company.time_zone], tick=False):
        complete(learner, message, steps=5, at=NOW)
        assert [row["Overdue"] for row in report(boss)] == ["Yes"]
        complete(learner, message, at=NOW)
        assert [row["Overdue"] for row in report(boss)] == ["No"]


def test_the_report_and_the_assignments_mean_the_same_by_overdue(
    ada: User, meridian: Company, message: Certification, assign: Assign
) -> None:
    for steps in (0, 2, 6):
        for due_on in (None, DUE - timedelta(days=1), DUE, DUE + timedelta(days=1)):
            learner = eligible_person(message, meridian)
            assign(learner, message, due_on=due_on)
            if steps:
                complete(learner, message, steps=steps)
    for on in (DUE, DUE + timedelta(days=1), DUE + timedelta(days=2)):
        asked = Assignment.objects.overdue(on=on).order_by("learner").values_list("learner", flat=True)
        assert list(progress_of(ada).overdue(on=on).order_by("pk").values_list("pk", flat=True)) == list(asked)
        assert len(asked) == {14: 2, 15: 4, 16: 6}[on.day]
