"""Who leaves, or loses the prerequisite, has nothing open any more; coming back brings nothing of it back."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from types import ModuleType

import pytest
from django.core.mail import EmailMessage

from accounts import departures
from accounts import services as people
from accounts.models import Company, User
from assignments import services
from assignments.models import Assignment, AssignmentChange, Learner, Operation
from certifications import services as training
from certifications import withdrawals
from certifications.models import Certification, CertificationEnrollment
from notifications import services as post_office
from notifications.models import Notification
from tests.factories import CertificationFactory, complete, eligible_person, enroll

from .presses import DUE_ON, NOW, assign, assigned, moved, numbers, open_assignment, unassign

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
FAR_OFF = date(2027, 6, 1)


def leave(person: User, by: User | None) -> None:
    people.deactivate(person=person, by=by, at=LATER)


def withdraw(certification: Certification, person: User, by: User | None) -> None:
    """The person's enrolment in what the certification asks for ends."""
    training.withdraw(person=person, program=certification.program, by=by, at=LATER)


def told(person: User) -> list[tuple[str, str]]:
    """What was promised to the person, and what has become of it, in order."""
    return list(Notification.objects.filter(recipient=person).order_by("pk").values_list("kind", "state"))


def test_deactivating_closes_everything_open_with_that_reason(
    ada: User, lena: User, message: Certification, sale: Certification
) -> None:
    enroll(lena, sale.program)
    made = {assigned(ada, message, lena, due_on=FAR_OFF), assigned(ada, sale, lena)}
    leave(lena, by=ada)
    closed = list(Assignment.objects.filter(closed_at=LATER, closed_by=ada, closed_reason="deactivated"))
    assert set(closed) == made
    assert [(each.next_reminder_on, each.version) for each in closed] == [(None, 2), (None, 2)]


def test_an_operator_closes_them_too(ada: User, lena: User, operator: User, message: Certification) -> None:
    assigned(ada, message, lena)
    leave(lena, by=operator)
    assert Assignment.objects.get().closed_by == operator


def test_withdrawing_closes_what_needs_the_program_with_that_reason(
    ada: User, lena: User, message: Certification, sale: Certification
) -> None:
    enroll(lena, sale.program)
    ended, untouched = assigned(ada, message, lena), assigned(ada, sale, lena)
    withdraw(message, lena, by=ada)
    ended.refresh_from_db()
    assert (ended.closed_at, ended.closed_by, ended.closed_reason) == (LATER, ada, "withdrawn")
    assert list(Assignment.objects.open()) == [untouched]


def test_withdrawing_closes_every_certification_of_the_program(ada: User, lena: User, message: Certification) -> None:
    other: Certification = CertificationFactory.create(program=message.program, companies=[ada.company])
    assigned(ada, message, lena)
    assigned(ada, other, lena)
    withdraw(message, lena, by=ada)
    assert not Assignment.objects.open().exists()


@pytest.mark.parametrize("event", ["deactivation", "withdrawal"])
def test_each_is_an_operation_with_one_change_per_assignment(
    ada: User, lena: User, message: Certification, event: str
) -> None:
    made = assigned(ada, message, lena, due_on=DUE_ON)
    end = leave if event == "deactivation" else partial(withdraw, message)
    end(lena, by=ada)
    operation = Operation.objects.get(kind=event)
    assert (operation.company, operation.made_by, operation.made_at) == (ada.company, ada, LATER)
    assert (numbers(operation), operation.skipped) == ((1, 1, 0), [])
    [change] = AssignmentChange.objects.filter(operation=operation)
    assert (change.assignment, change.kind, change.due_before, change.due_after) == (made, "unassigned", DUE_ON, None)


def test_they_are_no_presses_of_a_button(ada: User, lena: User, message: Certification) -> None:
    pressed = assign(ada, message, lena)
    leave(lena, by=ada)
    assert list(Operation.objects.visible_to(ada).about_a_selection()) == [pressed]


def test_who_has_nothing_open_leaves_no_trace(ada: User, lena: User, message: Certification) -> None:
    leave(lena, by=ada)
    assert not Operation.objects.exists()


def test_nobody_else_loses_anything(ada: User, lena: User, meridian: Company, message: Certification) -> None:
    other = assigned(ada, message, eligible_person(message, meridian))
    assigned(ada, message, lena)
    leave(lena, by=ada)
    assert list(Assignment.objects.open()) == [other]


def test_what_was_closed_before_keeps_its_own_reason(ada: User, lena: User, message: Certification) -> None:
    unassign(ada, message, assigned(ada, message, lena))
    leave(lena, by=ada)
    closed = Assignment.objects.get()
    assert (closed.closed_reason, closed.closed_at) == ("unassigned", NOW)
    assert not Operation.objects.filter(kind="deactivation").exists()


def test_a_message_that_waits_is_cancelled(ada: User, lena: User, message: Certification) -> None:
    assigned(ada, message, lena)
    leave(lena, by=ada)
    assert told(lena) == [("assigned", "cancelled")]
    assert not Notification.objects.visible_to(lena).in_bell().exists()


def test_a_reminder_that_waits_is_cancelled(ada: User, lena: User, message: Certification) -> None:
    """Its moment has passed with the move, so the next sweep queues it."""
    moved(ada, assigned(ada, message, lena, due_on=FAR_OFF), due_on=date(2027, 3, 4))
    services.queue_reminders(at=NOW)
    assert told(lena) == [("assigned", "pending"), ("reminder", "pending")]
    withdraw(message, lena, by=ada)
    assert told(lena) == [("assigned", "cancelled"), ("reminder", "cancelled")]


def test_a_message_that_was_sent_stays_in_the_bell(ada: User, lena: User, message: Certification) -> None:
    assigned(ada, message, lena)
    post_office.deliver_due(at=NOW)
    withdraw(message, lena, by=ada)
    assert told(lena) == [("assigned", "sent")]
    assert Notification.objects.visible_to(lena).in_bell().count() == 1


def test_no_reminder_comes_after_leaving(
    ada: User, lena: User, message: Certification, mailoutbox: list[EmailMessage]
) -> None:
    assigned(ada, message, lena, due_on=DUE_ON)
    leave(lena, by=ada)
    people.reactivate(person=lena)
    assert services.queue_reminders(at=NOW + timedelta(days=7)) == 0
    post_office.deliver_due(at=NOW + timedelta(days=7))
    assert mailoutbox == []


def test_progress_is_kept(ada: User, lena: User, message: Certification) -> None:
    assigned(ada, message, lena)
    complete(lena, message, steps=2)
    leave(lena, by=ada)
    assert CertificationEnrollment.objects.get().step_completions.count() == 2


def test_coming_back_opens_nothing_and_makes_eligible_again(ada: User, lena: User, message: Certification) -> None:
    User.objects.filter(pk=lena.pk).update(last_login=NOW)  # or she would be Waiting again
    assigned(ada, message, lena)
    leave(lena, by=ada)
    assert not Learner.objects.visible_to(ada).eligible_for(message).exists()
    people.reactivate(person=User.objects.get(pk=lena.pk))
    assert not Assignment.objects.open().exists()
    assert [learner.pk for learner in Learner.objects.visible_to(ada).eligible_for(message)] == [lena.pk]
    assert told(lena) == [("assigned", "cancelled")]


def test_enrolling_again_opens_nothing_and_makes_eligible_again(ada: User, lena: User, message: Certification) -> None:
    assigned(ada, message, lena)
    withdraw(message, lena, by=ada)
    training.enroll(person=lena, program=message.program, at=LATER)
    assert not Assignment.objects.open().exists()
    assert [learner.pk for learner in Learner.objects.visible_to(ada).eligible_for(message)] == [lena.pk]


def test_assigned_anew_the_progress_counts_and_the_message_is_a_new_one(
    ada: User, lena: User, message: Certification, mailoutbox: list[EmailMessage]
) -> None:
    first = assigned(ada, message, lena, name="First round")
    complete(lena, message, steps=2)
    withdraw(message, lena, by=ada)
    training.enroll(person=lena, program=message.program, at=LATER)
    second = assigned(ada, message, lena, name="Second round", at=LATER)
    assert second != first
    assert Assignment.objects.with_progress().get(pk=second.pk).steps_done == 2
    assert told(lena) == [("assigned", "cancelled"), ("assigned", "pending")]
    post_office.deliver_due(at=LATER)
    [mail] = mailoutbox
    assert "Second round" in mail.body


def test_unassigned_and_assigned_anew_two_messages_are_sent(
    ada: User, lena: User, message: Certification, mailoutbox: list[EmailMessage]
) -> None:
    first = assigned(ada, message, lena)
    post_office.deliver_due(at=NOW)
    unassign(ada, message, first)
    assigned(ada, message, lena)
    post_office.deliver_due(at=NOW)
    assert [mail.to for mail in mailoutbox] == [[lena.email], [lena.email]]


def test_leaving_twice_happens_once(ada: User, lena: User, message: Certification) -> None:
    assigned(ada, message, lena)
    leave(lena, by=ada)
    leave(lena, by=None)
    withdraw(message, lena, by=None)
    assert Operation.objects.filter(kind__in=["deactivation", "withdrawal"]).count() == 1
    assert Assignment.objects.get().closed_by == ada


@pytest.mark.parametrize("hook", [departures, withdrawals])
def test_if_the_rest_of_it_fails_nothing_is_closed(
    ada: User, lena: User, message: Certification, hook: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("The last one to hear of it cannot do its part.")

    made = assigned(ada, message, lena, due_on=DUE_ON)
    monkeypatch.setattr(hook, "_registered", [*hook._registered, fail])
    end = leave if hook is departures else partial(withdraw, message)
    with pytest.raises(RuntimeError):
        end(lena, by=ada)
    assert open_assignment(lena, message).next_reminder_on == made.next_reminder_on is not None
    assert told(lena) == [("assigned", "pending")]
    assert Operation.objects.count() == 1
