"""Who stayed as they were, and why: texts that are kept with the operation, so they name exact moments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from accounts.models import User
from accounts.querysets import one_of
from accounts.templatetags.days import day, moment
from assignments import notices
from assignments.models import Assignment, AssignmentChange, Operation
from assignments.querysets import REASONS, AssignmentQuerySet, LearnerQuerySet
from certifications.models import Certification, FastStartEnrollment
from notifications.models import Notification

Skipped = dict[str, str]
Reasons = dict[int, str]


def entry(person: User, reason: str) -> Skipped:
    return {"name": person.full_name, "email": person.email, "reason": reason}


def unknown_people(count: int, *, company: str) -> list[Skipped]:
    """One entry for all ids that are nobody's here: another company's look just like nobody's at all."""
    if not count:
        return []
    people = "1 selected person is" if count == 1 else f"{count:,} selected people are"
    return [{"name": "", "email": "", "reason": f"{people} unknown in {company}."}]


def learners_left_as_they_are(
    operation: Operation, certification: Certification, learners: LearnerQuerySet, selected: Collection[int]
) -> list[Skipped]:
    """One entry per selected learner for whom the operation opened no assignment, by name."""
    opened = Assignment.objects.filter(opened_in=operation).values_list("learner_id", flat=True)
    left = learners.filter(pk__in=one_of(set(selected).difference(opened)))
    return not_assigned(operation, certification, left) + unknown_people(
        len(selected) - learners.count(), company=operation.company.name
    )


def not_assigned(operation: Operation, certification: Certification, left: LearnerQuerySet) -> list[Skipped]:
    """One entry each of these people, whom the operation does not assign, by name."""
    zone = operation.company.zone
    reasons = (
        _missing(certification, left, zone) | _assigned_since(operation, left) | _assigned(certification, left, zone)
    )
    return [entry(person, reasons.get(person.pk, "Deactivated.")) for person in left.by_name()]


def assignments_left_as_they_are(
    operation: Operation, assignments: AssignmentQuerySet, selected: Collection[int]
) -> list[Skipped]:
    """One entry per selected assignment that the operation did not change, by name of the learner."""
    changed = AssignmentChange.objects.filter(operation=operation).values_list("assignment_id", flat=True)
    left = assignments.filter(pk__in=one_of(set(selected).difference(changed)))
    unknown = unknown_people(len(selected) - assignments.count(), company=operation.company.name)
    return not_changed(operation, left) + unknown


def not_changed(operation: Operation, left: AssignmentQuerySet) -> list[Skipped]:
    """One entry each of these assignments, which the operation does not change, by name of the learner."""
    left, zone = left.select_related("learner", "closed_by", "company"), operation.company.zone
    reasons = _REASONS.get(operation.kind, _not_moved)(left.open(), operation)
    return [
        entry(assignment.learner, closed(assignment, zone) if assignment.closed_at else reasons[assignment.pk])
        for assignment in left.order_by("learner__first_name", "learner__last_name", "pk")
    ]


def _not_moved(left: AssignmentQuerySet, operation: Operation) -> Reasons:
    on_that_day = "Due on that day already." if operation.due_on else "Without a due date already."
    return _changed_meanwhile(left, operation) | {
        assignment.pk: on_that_day for assignment in left if assignment.due_on == operation.due_on
    }


def _changed_meanwhile(left: AssignmentQuerySet, operation: Operation) -> Reasons:
    changes = AssignmentChange.objects.of_assignments().filter(assignment__in=left.values("pk"))
    latest = {change.assignment_id: change for change in changes.select_related("operation__made_by").order_by("pk")}
    return {assignment.pk: _last_change(assignment, latest[assignment.pk].operation) for assignment in left}


def _last_change(assignment: Assignment, last: Operation) -> str:
    by = f" by {last.made_by.full_name}" if last.made_by else ""
    due = f"to {day(assignment.due_on)}" if assignment.due_on else "to no due date"
    return f"Changed meanwhile{by} {due} on {in_words(last.made_at, assignment.company.zone)}."


def _not_sent_again(left: AssignmentQuerySet, operation: Operation) -> Reasons:
    messages = notices.messages_by_assignment(left)
    return {
        assignment.pk: _how_it_stands(messages.get(assignment.pk, []), operation.company.zone) for assignment in left
    }


def _how_it_stands(messages: Sequence[Notification], zone: ZoneInfo) -> str:
    if any(message.is_waiting for message in messages):
        return "Its email is waiting to be sent."
    sent = [message.sent_at for message in messages if message.sent_at]
    return f"Its email was sent on {in_words(max(sent), zone)}." if sent else "There is no email that failed."


def _not_reminded(left: AssignmentQuerySet, operation: Operation) -> Reasons:
    zone = operation.company.zone
    reminded = notices.reminded_on(left, day=operation.company.day_at(operation.made_at), zone=zone)
    done = set(left.completed().values_list("pk", flat=True))
    return {
        assignment.pk: "Has completed it already."
        if assignment.pk in done
        else f"Was reminded today already, on {in_words(reminded[assignment.pk], zone)}."
        if assignment.pk in reminded
        else "Cannot log in at the moment."
        for assignment in left
    }


_REASONS: dict[str, Callable[[AssignmentQuerySet, Operation], Reasons]] = {
    Operation.Kind.SEND_AGAIN: _not_sent_again,
    Operation.Kind.REMIND_NOW: _not_reminded,
    Operation.Kind.TAKE_BACK: _changed_meanwhile,
}


def _missing(certification: Certification, left: LearnerQuerySet, zone: ZoneInfo) -> Reasons:
    """What keeps those who are not Inactive from being assigned; a withdrawal says since when."""
    ended = _withdrawals(certification, left, zone)
    not_enrolled = REASONS["lacks_enrollment"]
    reasons = {person.pk: person.reasons for person in left.with_reasons(certification)}  # type: ignore[attr-defined]
    return {
        pk: "; ".join(ended.get(pk, words) if words == not_enrolled else words for words in kept_away) + "."
        for pk, kept_away in reasons.items()
    }


def _withdrawals(certification: Certification, left: LearnerQuerySet, zone: ZoneInfo) -> Reasons:
    program = certification.program
    ended = FastStartEnrollment.objects.filter(program=program, withdrawn_at__isnull=False, user__in=left.values("pk"))
    return {
        enrollment.user_id: f"No longer enrolled in {program.title} since {in_words(enrollment.withdrawn_at, zone)}"
        for enrollment in ended
    }


def _assigned(certification: Certification, left: LearnerQuerySet, zone: ZoneInfo) -> Reasons:
    present = Assignment.objects.open().filter(certification=certification, learner__in=left.values("pk"))
    return {
        assignment.learner_id: f"Already assigned {made(assignment, zone)}."
        for assignment in present.select_related("assigned_by")
    }


def _assigned_since(operation: Operation, left: LearnerQuerySet) -> Reasons:
    """Who was assigned once more after what is to be taken back had unassigned them, and closed since."""
    if operation.takes_back is None:
        return {}
    since = Assignment.objects.filter(
        certification=operation.certification, learner__in=left.values("pk"), opened_in__gt=operation.takes_back
    )
    zone = operation.company.zone
    return {
        assignment.learner_id: f"Assigned once more {made(assignment, zone)}. {closed(assignment, zone)}"
        for assignment in since.select_related("assigned_by", "closed_by").order_by("pk")
    }


def made(assignment: Assignment, zone: ZoneInfo) -> str:
    """By whom, when and until when an assignment was made."""
    by = f"by {assignment.assigned_by.full_name} " if assignment.assigned_by else ""
    due = f", due {day(assignment.due_on)}" if assignment.due_on else ""
    return f"{by}on {in_words(assignment.assigned_at, zone)}{due}"


def closed(assignment: Assignment, zone: ZoneInfo) -> str:
    """Why, when and by whom an assignment was closed before."""
    by = f" by {assignment.closed_by.full_name}" if assignment.closed_by else ""
    what = "Already unassigned"
    if assignment.closed_reason != Assignment.ClosedReason.UNASSIGNED:
        what = f"Already closed ({assignment.get_closed_reason_display()})"
    return f"{what}{by} on {in_words(assignment.closed_at, zone)}."


def in_words(at: datetime | None, zone: ZoneInfo) -> str:
    return moment(at.astimezone(zone)) if at else ""
