"""The way back to a version before, with rows that it could not have written."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from accounts.models import User
from assignments.models import Assignment
from tests.versions import migrate

from .conftest import Press

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.usefixtures("present_afterwards")
def test_who_is_to_be_told_after_the_due_day_is_not_in_the_version_before(lena: User, assign: Press) -> None:
    assign(lena, due_on=date(2027, 4, 1))
    Assignment.objects.update(next_reminder_on=date(2027, 4, 4))
    migrate(("assignments", "0001_initial"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT next_reminder_on FROM assignments_assignment")
        assert cursor.fetchall() == [(None,)]
