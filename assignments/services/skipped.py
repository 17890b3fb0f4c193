"""Who stayed as they were, and why: texts that are kept with the operation, so they name exact moments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from accounts.days import day, moment
from accounts.models import User
from accounts.querysets import one_of
from assignments import notices
from assignments.models import Assignment, AssignmentChange, Operation, Skipped
from assignments.querysets import REASONS, AssignmentQuerySet, LearnerQuerySet
from certifications.models import Certification, FastStartEnrollment
from notifications.models import Notification

Reasons = dict[int, str]
#: What somebody has open, by the learner's id.
InTheWay = dict[int, Assignment]


def entry(person: User, reason: str, *, selected: int, box: str = "") -> Skipped:
    """What is kept of somebody who stayed as they were."""
    kept: Skipped = {"name": person.full_name, "email": person.email, "reason": reason, "id": selected}
    return kept | {"box": box} if box else kept


def unknown_people(count: int, *, company: str) -> list[Skipped]:
    """One entry for all ids that are nobody's here: another company's look just like nobody's at all."""
    if not count:
        return []
    people = "1 selected person is" if count == 1 else f"{count:,} selected people are"
    return [{"name": "", "email": "", "reason": f"{people} unknown in {company}."}]


def learners_left_as_they_are(
    operation: Operation,
    learners: LearnerQuerySet,
    selected: Collection[int],
    *,
    assigned: Collection[int],
    in_the_way: InTheWay | None = None,
) -> list[Skipped]:
    """One entry per selected learner who is not one of those `assigned`, by name."""
    left = learners.filter(pk__in=one_of(set(selected).difference(assigned)))
    return not_assigned(operation, left, in_the_way) + unknown_people(
        len(selected) - learners.count(), company=operation.company.name
    )


def not_assigned(operation: Operation, left: LearnerQuerySet, in_the_way: InTheWay | None = None) -> list[Skipped]:
    """One entry each of these people, whom the operation does not assign, by name.

    `in_the_way` is what they had open when that was decided, by default what they have open now: a
    press holds people, and somebody may have closed their assignments since.
    """
    certification, zone = operation.certification, operation.company.zone
    assert certification  # noqa: S101, for the type checker: somebody is assigned one
    in_the_way = in_the_way_of(left, certification) if in_the_way is None else in_the_way
    reasons = (
        _missing(certification, left, zone)
        | _eligible_by_now(certification, left)
        | _assigned_since(operation, left)
        | {pk: f"Already assigned {made(assignment, zone)}." for pk, assignment in in_the_way.items()}
    )
    return [
        entry(
            person,
            reasons.get(person.pk, "Deactivated."),
            selected=person.pk,
            box=_box(operation, in_the_way.get(person.pk)),
        )
        for person in left.by_name()
    ]


def _box(operation: Operation, in_the_way: Assignment | None) -> str:
    """What the operation's due day could be given to instead: an assignment that somebody made with another one."""
    if in_the_way is None or operation.due_on in (None, in_the_way.due_on):
        return ""
    return in_the_way.selection_value


def assignments_left_as_they_are(
    operation: Operation,
    assignments: AssignmentQuerySet,
    selected: Collection[int],
    *,
    changed: Collection[int],
    known: Mapping[int, str] = MappingProxyType({}),
) -> list[Skipped]:
    """One entry per selected assignment that is not one of those `changed`, by name of the learner. Some reasons
    may be `known` already.
    """
    left = assignments.filter(pk__in=one_of(set(selected).difference(changed)))
    unknown = unknown_people(len(selected) - assignments.count(), company=operation.company.name)
    return not_changed(operation, left, known=known) + unknown


def not_changed(
    operation: Operation, left: AssignmentQuerySet, *, known: Mapping[int, str] = MappingProxyType({})
) -> list[Skipped]:
    """One entry each of these assignments, which the operation does not change, by name of the learner."""
    left, zone = left.select_related("learner", "closed_by", "company"), operation.company.zone
    reasons = _WHY_NOT_BY_KIND.get(operation.kind, changed_meanwhile)(left.open(), operation) | dict(known)
    return [
        entry(
            assignment.learner,
            closed(assignment, zone) if assignment.closed_at else reasons[assignment.pk],
            selected=assignment.pk,
        )
        for assignment in left.order_by("learner__first_name", "learner__last_name", "pk")
    ]


def changed_meanwhile(left: AssignmentQuerySet, operation: Operation) -> Reasons:
    """Who changed each of these assignments last, to what and when."""
    changes = AssignmentChange.objects.of_assignments().not_overtaken().filter(assignment__in=left.values("pk"))
    # An operation knows whom it skipped: thousands, for each of thousands that it changed.
    last = changes.select_related("operation__made_by").defer("operation__skipped")
    latest = {change.assignment_id: change.operation for change in last}
    return {assignment.pk: _last_change(assignment, latest[assignment.pk]) for assignment in left}


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
        return "The email is waiting to be sent."
    told = [message.state for message in messages if message.state != Notification.State.CANCELLED]
    if told[-1:] == [Notification.State.DECLINED]:
        return "Had switched these emails off, so it is in the bell alone."
    sent = [message.sent_at for message in messages if message.sent_at]
    return f"The email was sent on {in_words(max(sent), zone)}." if sent else "There is no email that failed."


def _not_reminded(left: AssignmentQuerySet, operation: Operation) -> Reasons:
    zone = operation.company.zone
    reminded = notices.reminded_on(left, day=operation.company.day_at(operation.made_at), zone=zone)
    done = set(left.completed().values_list("pk", flat=True))
    return {
        assignment.pk: "Has completed it already."
        if assignment.pk in done
        else _how_reminded(assignment, reminded[assignment.pk], zone)
        if assignment.pk in reminded
        else "Cannot log in at the moment."
        for assignment in left
    }


def _how_reminded(assignment: Assignment, by: Notification, zone: ZoneInfo) -> str:
    if by.state != Notification.State.FAILED:
        return f"Was reminded today already, on {in_words(by.created_at, zone)}."
    if by.context["assignment"] != assignment.pk:
        return "The email of today’s reminder, of another certification, failed. Choose Send again there."
    return "The email of today’s reminder failed. Choose Send again."


_WHY_NOT_BY_KIND: dict[str, Callable[[AssignmentQuerySet, Operation], Reasons]] = {
    Operation.Kind.SEND_AGAIN: _not_sent_again,
    Operation.Kind.REMIND_NOW: _not_reminded,
}


def _missing(certification: Certification, left: LearnerQuerySet, zone: ZoneInfo) -> Reasons:
    """What keeps those who are not Inactive from being assigned; a withdrawal says since when."""
    ended = _withdrawals(certification, left, zone)
    not_enrolled = REASONS["lacks_enrollment"]
    reasons = {person.pk: person.reasons for person in left.with_reasons(certification)}  # type: ignore[attr-defined]
    return {
        pk: "; ".join(ended.get(pk, words) if words == not_enrolled else words for words in kept_away) + "."
        for pk, kept_away in reasons.items()
        if kept_away
    }


def _withdrawals(certification: Certification, left: LearnerQuerySet, zone: ZoneInfo) -> Reasons:
    program = certification.program
    ended = FastStartEnrollment.objects.filter(program=program, withdrawn_at__isnull=False, user__in=left.values("pk"))
    return {
        enrollment.user_id: f"No longer enrolled in {program.title} since {in_words(enrollment.withdrawn_at, zone)}"
        for enrollment in ended
    }


def in_the_way_of(learners: LearnerQuerySet, certification: Certification) -> InTheWay:
    """What these people have open, by the learner's id."""
    present = Assignment.objects.open().filter(certification=certification, learner__in=learners.values("pk"))
    return {assignment.learner_id: assignment for assignment in present.select_related("assigned_by")}


def _eligible_by_now(certification: Certification, left: LearnerQuerySet) -> Reasons:
    eligible = left.eligible_for(certification).values_list("pk", flat=True)
    return dict.fromkeys(eligible, "Can be assigned by now, but not when you looked. Select them once more.")


def _assigned_since(operation: Operation, left: LearnerQuerySet) -> Reasons:
    """Who was assigned once more after what is to be taken back had unassigned them, and closed since."""
    if operation.takes_back_id is None:
        return {}
    since = Assignment.objects.filter(
        certification=operation.certification, learner__in=left.values("pk"), opened_in__gt=operation.takes_back_id
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
    """A moment by the clock of that zone; empty for none."""
    return moment(at.astimezone(zone)) if at else ""
