"""Two admins, or an admin and the operator, at the same moment: each outcome equals one after the other."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from accounts import services as people
from accounts.models import Company, User
from assignments import services
from assignments.errors import CannotBeTakenBack
from assignments.models import Assignment, AssignmentChange, Operation
from assignments.reminders import Plan
from certifications import services as training
from certifications.models import Certification
from notifications.models import Notification
from tests.at_once import at_once, while_it_waits
from tests.factories import PersonFactory, eligible_person

from .presses import DUE_ON, NOW, TODAY, assign, assigned, change_due_date, numbers, reasons, unassign
from .test_upcoming import choose

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
ROUNDS = 5


@pytest.fixture
def clock() -> Iterator[None]:
    """The real one: sessions wait for each other in it."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def zoe(ada: User) -> User:
    """A second admin."""
    return PersonFactory(company=ada.company, first_name="Zoe", can_manage_assignments=True)


@pytest.fixture
def crowd(meridian: Company, message: Certification) -> list[User]:
    return [eligible_person(message, meridian) for _ in range(8)]


def assert_one_open_each(crowd: list[User]) -> None:
    opened = Counter(Assignment.objects.open().values_list("learner", flat=True))
    assert opened == Counter(person.pk for person in crowd)


def assert_history_adds_up() -> None:
    """Each operation's number is that of its changes, and each assignment knows the operation that opened it."""
    for operation in Operation.objects.all():
        assert operation.changed == AssignmentChange.objects.filter(operation=operation).count()
    assert Assignment.objects.count() == AssignmentChange.objects.filter(kind="assigned").count()
    assert Assignment.objects.count() == Notification.objects.filter(kind="assigned").count()


def test_two_assigners_of_the_same_people_make_one_assignment_each(
    ada: User, zoe: User, crowd: list[User], message: Certification
) -> None:
    operations = at_once(lambda: assign(ada, message, *crowd), lambda: assign(zoe, message, *crowd))
    assert sorted(numbers(operation) for operation in operations) == [(8, 0, 8), (8, 8, 0)]
    assert_one_open_each(crowd)
    assert_history_adds_up()


def test_the_second_assigner_waits_and_names_the_first(
    ada: User, zoe: User, lena: User, message: Certification
) -> None:
    second = while_it_waits(lambda: assign(ada, message, lena, due_on=DUE_ON), lambda: assign(zoe, message, lena))
    assert reasons(second) == {
        "Lena Brandt": "Already assigned by Ada Ekström on Mon 1 March 2027, 10:00, due Tue 9 March 2027."
    }


def test_overlapping_selections_in_opposite_order_do_not_deadlock(
    ada: User, zoe: User, crowd: list[User], message: Certification
) -> None:
    operations = at_once(
        lambda: assign(ada, message, *crowd[:6]),
        lambda: assign(zoe, message, *reversed(crowd[2:])),
        lambda: assign(ada, message, *reversed(crowd)),
    )
    assert [type(operation) for operation in operations] == [Operation] * 3
    assert sum(numbers(operation)[1] for operation in operations) == 8
    assert_one_open_each(crowd)
    assert_history_adds_up()


def test_assigning_waits_for_a_deactivation_and_skips(ada: User, lena: User, message: Certification) -> None:
    operation = while_it_waits(
        lambda: people.deactivate(person=lena, by=None, at=NOW), lambda: assign(ada, message, lena)
    )
    assert reasons(operation) == {"Lena Brandt": "Deactivated."}
    assert not Assignment.objects.exists()


def test_a_deactivation_waits_for_an_assigning_and_closes(ada: User, lena: User, message: Certification) -> None:
    while_it_waits(lambda: assign(ada, message, lena), lambda: people.deactivate(person=lena, by=None, at=NOW))
    assert Assignment.objects.get().closed_reason == "deactivated"
    assert Notification.objects.get().state == "cancelled"


def test_assigning_waits_for_a_withdrawal_and_skips(ada: User, lena: User, message: Certification) -> None:
    operation = while_it_waits(
        lambda: training.withdraw(person=lena, program=message.program, by=None, at=NOW),
        lambda: assign(ada, message, lena),
    )
    assert list(reasons(operation).values()) == [
        "No longer enrolled in Message Foundations since Mon 1 March 2027, 10:00."
    ]


def test_a_withdrawal_waits_for_an_assigning_and_closes(ada: User, lena: User, message: Certification) -> None:
    while_it_waits(
        lambda: assign(ada, message, lena),
        lambda: training.withdraw(person=lena, program=message.program, by=None, at=NOW),
    )
    assert Assignment.objects.get().closed_reason == "withdrawn"


def test_changing_a_due_date_waits_for_an_unassigning_and_skips(
    ada: User, zoe: User, lena: User, message: Certification
) -> None:
    made = assigned(ada, message, lena, due_on=DUE_ON)
    operation = while_it_waits(
        lambda: unassign(ada, message, made), lambda: change_due_date(zoe, message, made, due_on=TODAY)
    )
    assert reasons(operation) == {"Lena Brandt": "Already unassigned by Ada Ekström on Mon 1 March 2027, 10:00."}
    assert Assignment.objects.get().due_on == DUE_ON


def test_unassigning_waits_for_a_change_of_the_due_date_and_closes(
    ada: User, zoe: User, lena: User, message: Certification
) -> None:
    made = assigned(ada, message, lena, due_on=DUE_ON)
    while_it_waits(lambda: change_due_date(zoe, message, made, due_on=TODAY), lambda: unassign(ada, message, made))
    closed = Assignment.objects.get()
    assert (closed.due_on, closed.closed_reason, closed.version) == (TODAY, "unassigned", 3)


def test_of_two_due_dates_the_second_is_told_of_the_first(
    ada: User, zoe: User, lena: User, message: Certification
) -> None:
    made = assigned(ada, message, lena)
    second = while_it_waits(
        lambda: change_due_date(ada, message, made, due_on=DUE_ON),
        lambda: change_due_date(zoe, message, made, due_on=TODAY),
    )
    assert reasons(second) == {
        "Lena Brandt": "Changed meanwhile by Ada Ekström to Tue 9 March 2027 on Mon 1 March 2027, 10:00."
    }


def test_of_two_unassigners_the_second_is_told_of_the_first(
    ada: User, zoe: User, lena: User, message: Certification
) -> None:
    made = assigned(ada, message, lena)
    second = while_it_waits(lambda: unassign(ada, message, made), lambda: unassign(zoe, message, made))
    assert reasons(second) == {"Lena Brandt": "Already unassigned by Ada Ekström on Mon 1 March 2027, 10:00."}
    assert AssignmentChange.objects.filter(kind="unassigned").count() == 1


def back(by: User, operation: Operation) -> Operation:
    return services.take_back(by=by, operation=operation, op_id=uuid.uuid4(), at=NOW)


def test_of_two_who_take_the_same_back_the_second_is_told_of_the_first(
    ada: User, zoe: User, lena: User, message: Certification
) -> None:
    made = assign(ada, message, lena)
    second = while_it_waits(lambda: back(ada, made), lambda: back(zoe, made))
    assert isinstance(second, CannotBeTakenBack)
    assert str(second) == "Already taken back by Ada Ekström on Mon 1 March 2027, 10:00."
    assert AssignmentChange.objects.filter(kind="unassigned").count() == 1


def test_taking_back_waits_for_a_change_of_the_due_date_and_is_told(
    ada: User, zoe: User, lena: User, crowd: list[User], message: Certification
) -> None:
    made = assign(ada, message, lena, crowd[0])
    seen = Assignment.objects.get(learner=lena.pk)
    second = while_it_waits(lambda: change_due_date(zoe, message, seen, due_on=DUE_ON), lambda: back(ada, made))
    assert reasons(second) == {
        "Lena Brandt": "Changed meanwhile by Zoe Moss to Tue 9 March 2027 on Mon 1 March 2027, 10:00."
    }
    assert Assignment.objects.open().get().due_on == DUE_ON


def test_a_change_of_the_due_date_waits_for_taking_back_and_is_told(
    ada: User, zoe: User, lena: User, message: Certification
) -> None:
    assigned(ada, message, lena, due_on=DUE_ON)
    moved = change_due_date(ada, message, Assignment.objects.get(), due_on=TODAY)
    seen = Assignment.objects.get()
    second = while_it_waits(lambda: back(ada, moved), lambda: change_due_date(zoe, message, seen, due_on=None))
    assert reasons(second) == {
        "Lena Brandt": "Changed meanwhile by Ada Ekström to Tue 9 March 2027 on Mon 1 March 2027, 10:00."
    }


def test_taking_back_an_unassign_waits_for_an_assigning_and_is_told(
    ada: User, zoe: User, lena: User, crowd: list[User], message: Certification
) -> None:
    gone = unassign(ada, message, assigned(ada, message, lena), assigned(ada, message, crowd[0]))
    second = while_it_waits(lambda: assign(zoe, message, lena), lambda: back(ada, gone))
    assert reasons(second) == {"Lena Brandt": "Already assigned by Zoe Moss on Mon 1 March 2027, 10:00."}


def test_presses_taken_back_at_once_with_new_ones_do_not_deadlock(
    ada: User, zoe: User, crowd: list[User], message: Certification
) -> None:
    made = assign(ada, message, *crowd, due_on=DUE_ON)
    opened = list(Assignment.objects.all())
    moved = change_due_date(ada, message, *opened[:5], due_on=TODAY)
    seen = list(Assignment.objects.order_by("-pk"))
    outcomes = at_once(
        lambda: back(ada, made),
        lambda: back(zoe, made),
        lambda: back(ada, moved),
        lambda: change_due_date(zoe, message, *seen, due_on=None),
        lambda: unassign(zoe, message, *seen[:3]),
    )
    unexpected = [each for each in outcomes if not isinstance(each, Operation | CannotBeTakenBack)]
    assert (unexpected, Operation.objects.filter(takes_back=made).count()) in [([], 0), ([], 1)]
    assert_history_adds_up()


def test_a_sweep_leaves_what_a_press_holds_to_the_next_one(ada: User, lena: User, message: Certification) -> None:
    made = assigned(ada, message, lena, due_on=DUE_ON)
    Assignment.objects.update(next_reminder_on=TODAY)
    seen = Assignment.objects.get(pk=made.pk)
    swept: list[object] = []

    def press() -> None:
        change_due_date(ada, message, seen, due_on=TODAY)
        swept.extend(at_once(lambda: services.queue_reminders(at=NOW)))

    with transaction.atomic():
        press()
    assert swept == [0]
    assert services.queue_reminders(at=NOW) == 1


def test_two_sweeps_at_once_queue_each_reminder_once(ada: User, crowd: list[User], message: Certification) -> None:
    assign(ada, message, *crowd, due_on=DUE_ON)
    queued = at_once(*[lambda: services.queue_reminders(at=NOW + timedelta(days=3))] * 4)
    # Those that one sweep holds are left to it by the others.
    assert sum(queued) == len(crowd)
    assert Notification.objects.filter(kind="reminder").count() == len(crowd)


def test_a_plan_that_changes_during_a_sweep_waits_for_it_and_promises_no_manager_twice(
    ada: User, rosa: User, crowd: list[User], message: Certification
) -> None:
    User.objects.filter(pk__in=[person.pk for person in crowd]).update(reports_to=rosa)
    choose(ada.company, Plan(manager=(-2,)))
    assign(ada, message, *crowd, due_on=TODAY)
    later = NOW + timedelta(days=2)
    some = Assignment.objects.filter(learner__in=crowd[:4])
    changed = while_it_waits(
        lambda: list(some.locked()),
        lambda: services.change_reminders(
            by=ada, plan=Plan((3,)), seen=Plan(manager=(-2,)), op_id=uuid.uuid4(), at=later
        ),
        then=lambda: services.queue_reminders(at=later),
    )
    assert (type(changed), Notification.objects.filter(kind="team_overdue").count()) == (Operation, 1)


def test_twenty_identical_posts_are_one_operation_with_one_answer(
    ada: User, crowd: list[User], message: Certification, client_of: Callable[[User], Client]
) -> None:
    fields = {
        "learner": ",".join(str(person.pk) for person in crowd),
        "name": "Spring round",
        "due_on": DUE_ON.isoformat(),
        "op_id": str(uuid.uuid4()),
    }
    browsers = [client_of(ada) for _ in range(20)]
    responses = at_once(
        *[lambda browser=browser: browser.post(f"/team/assignments/certifications/{message.slug}/assign/", fields)
          for browser in browsers]
    )  # fmt: skip
    assert {(response.status_code, response["Location"]) for response in responses} == {
        (302, f"/team/assignments/certifications/{message.slug}/assigned/?operation={fields['op_id']}")
    }
    assert numbers(Operation.objects.get()) == (8, 8, 0)
    assert_one_open_each(crowd)
    assert_history_adds_up()


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_whatever_happens_at_once_everyone_ends_in_one_group_and_the_history_adds_up(
    seed: int, ada: User, zoe: User, crowd: list[User], message: Certification
) -> None:
    """Random deeds on overlapping selections: nothing deadlocks, and no half of a deed is left."""
    random = Random(seed)  # noqa: S311, a dice for interleavings
    made = list(Assignment.objects.filter(opened_in=assign(ada, message, *crowd[:5], due_on=DUE_ON)))
    deeds = [
        lambda some: assign(ada, message, *random.sample(crowd, 6), due_on=DUE_ON),
        lambda some: assign(zoe, message, *random.sample(crowd, 6)),
        lambda some: unassign(ada, message, *some),
        lambda some: unassign(zoe, message, *some),
        lambda some: change_due_date(zoe, message, *some, due_on=TODAY),
        lambda some: people.deactivate(person=random.choice(crowd), by=ada, at=NOW),
        lambda some: training.withdraw(person=random.choice(crowd), program=message.program, by=None, at=NOW),
        lambda some: services.queue_reminders(at=NOW),
    ]
    chosen = [(deed, random.sample(made, 3)) for deed in random.sample(deeds, len(deeds))]
    outcomes = at_once(*[lambda deed=deed, some=some: deed(some) for deed, some in chosen])
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert_history_adds_up()
    for assignment in Assignment.objects.open():
        assert assignment.learner.status == "active"
        assert training.FastStartEnrollment.objects.current().filter(user=assignment.learner_id).exists()
