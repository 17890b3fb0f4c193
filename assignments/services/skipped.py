"""Who stayed as they were, and why: texts that are kept with the operation, so they name exact moments."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from accounts.models import User
from accounts.templatetags.days import day, moment
from assignments.models import Assignment, AssignmentChange, Operation
from assignments.querysets import REASONS, AssignmentQuerySet, LearnerQuerySet
from certifications.models import Certification, FastStartEnrollment

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
    operation: Operation, certification: Certification, learners: LearnerQuerySet, selected: int
) -> list[Skipped]:
    """One entry per selected learner for whom the operation opened no assignment, by name."""
    left = learners.exclude(assignments__opened_in=operation)
    zone = operation.company.zone
    reasons = _missing(certification, left, zone) | _assigned(certification, left, zone)
    known = [entry(person, reasons.get(person.pk, "Deactivated.")) for person in left.by_name()]
    return known + unknown_people(selected - learners.count(), company=operation.company.name)


def assignments_left_as_they_are(operation: Operation, assignments: AssignmentQuerySet, selected: int) -> list[Skipped]:
    """One entry per selected assignment that the operation did not change, by name of the learner."""
    zone = operation.company.zone
    left = assignments.exclude(changes__operation=operation).select_related("learner", "closed_by")
    changes = _latest_changes(left)
    known = [
        entry(
            assignment.learner,
            closed(assignment, zone) if assignment.closed_at else _not_moved(assignment, operation, changes),
        )
        for assignment in left.order_by("learner__first_name", "learner__last_name", "pk")
    ]
    return known + unknown_people(selected - assignments.count(), company=operation.company.name)


def _latest_changes(assignments: AssignmentQuerySet) -> dict[int, AssignmentChange]:
    changes = AssignmentChange.objects.filter(assignment__in=assignments.values("pk"))
    return {change.assignment_id: change for change in changes.select_related("operation__made_by").order_by("pk")}


def _not_moved(assignment: Assignment, operation: Operation, changes: dict[int, AssignmentChange]) -> str:
    if assignment.due_on == operation.due_on:
        return "Due on that day already." if assignment.due_on else "Without a due date already."
    made_by = changes[assignment.pk].operation.made_by
    by = f" by {made_by.full_name}" if made_by else ""
    due = f"to {day(assignment.due_on)}" if assignment.due_on else "to no due date"
    at = in_words(changes[assignment.pk].operation.made_at, operation.company.zone)
    return f"Changed meanwhile{by} {due} on {at}."


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
