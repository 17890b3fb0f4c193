"""What somebody else does in the middle of a press: it is told as it was when the press decided."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
import time_machine

from accounts import services as people
from accounts.models import User
from assignments import services
from assignments.models import Assignment, AssignmentChange, Operation
from assignments.reminders import Plan
from certifications import services as training
from certifications.models import Certification
from notifications.models import Notification
from tests.at_once import Deed, right_after, while_it_waits
from tests.factories import PersonFactory, eligible_person

from .presses import DUE_ON, NOW, assign, assigned, reasons, unassign

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
DECIDED = 'INSERT INTO "assignments_assignment"'
BY_ADA = "Already assigned by Ada Ekström on Mon 1 March 2027, 10:00, due Tue 9 March 2027."


@pytest.fixture
def clock() -> Iterator[None]:
    """The real one: sessions wait for each other in it."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def zoe(ada: User) -> User:
    """A second admin."""
    return PersonFactory(company=ada.company, first_name="Zoe", can_manage_assignments=True)


def test_who_is_unassigned_when_the_press_has_decided_was_assigned_for_it(
    ada: User, zoe: User, lena: User, message: Certification
) -> None:
    made = assigned(ada, message, lena, due_on=DUE_ON)
    with right_after(DECIDED, lambda: unassign(ada, message, made)) as unassigned:
        operation = assign(zoe, message, lena)
    assert [each.changed for each in unassigned] == [1]  # type: ignore[attr-defined]
    assert reasons(operation) == {"Lena Brandt": BY_ADA}
    assert not Assignment.objects.open().exists()


def test_who_is_unassigned_when_taking_back_has_decided_was_assigned_for_it(
    ada: User, zoe: User, lena: User, message: Certification
) -> None:
    bo = eligible_person(message, ada.company)
    gone = unassign(zoe, message, assigned(zoe, message, lena), assigned(zoe, message, bo))
    made = assigned(ada, message, lena, due_on=DUE_ON)
    with right_after(DECIDED, lambda: unassign(ada, message, made)) as unassigned:
        operation = services.take_back(by=zoe, operation=gone, op_id=uuid.uuid4(), at=NOW)
    assert [each.changed for each in unassigned] == [1]  # type: ignore[attr-defined]
    assert reasons(operation) == {"Lena Brandt": BY_ADA}
    assert Assignment.objects.open().get().learner_id == bo.pk


def test_the_second_who_sends_the_same_again_waits_and_is_told_that_it_waits(
    ada: User, zoe: User, lena: User, message: Certification
) -> None:
    made = assigned(ada, message, lena)
    Notification.objects.update(state="failed")

    def again(by: User) -> Operation:
        common = {"certification": message, "assignment_ids": [made.pk], "op_id": uuid.uuid4(), "at": NOW}
        return services.send_again(by=by, **common)

    second = while_it_waits(lambda: again(ada), lambda: again(zoe))
    assert reasons(second) == {"Lena Brandt": "The email is waiting to be sent."}  # type: ignore[arg-type]
    assert AssignmentChange.objects.filter(kind="sent_again").count() == 1


@pytest.mark.parametrize("leave", ["withdraw", "deactivate"])
def test_who_waits_for_a_change_of_the_reminders_holds_no_person_meanwhile(
    leave: str, ada: User, lena: User, message: Certification
) -> None:
    """A press that holds the company and wants the person would wait for them, and they behind the change for it."""
    assigned(ada, message, lena)
    deeds: dict[str, Deed] = {
        "withdraw": lambda: training.withdraw(person=lena, program=message.program, by=None, at=NOW),
        "deactivate": lambda: people.deactivate(person=lena, by=None, at=NOW),
    }
    has_left = while_it_waits(
        lambda: services.change_reminders(by=ada, plan=Plan((3,)), seen=Plan(), op_id=uuid.uuid4(), at=NOW),
        deeds[leave],
        then=lambda: User.objects.select_for_update(nowait=True).get(pk=lena.pk),
    )
    assert has_left is True
    assert not Assignment.objects.open().exists()
