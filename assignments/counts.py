"""How many people are where: the numbers beside the subtabs, of the certifications and on Home. All are exact."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from certifications.models import Certification, CertificationEnrollment
from certifications.querysets import steps_of

from .models import Assignment, Learner
from .querysets import AssignmentQuerySet


class GroupSizes(NamedTuple):
    """How many people of a company are in which group of a certification."""

    assigned: int
    eligible: int
    not_eligible: int


def group_sizes(user: User, certification: Certification) -> GroupSizes:
    """The sizes of the groups of a certification in scope, for who may assign; one query.

    Exact, so it reads an entry of an index for each person, each enrolment and each assignment.
    """
    people = Learner.objects.visible_to(user)
    assigned = Assignment.objects.visible_to(user).open().filter(certification=certification)
    counts = [_count(rows) for rows in (assigned, people.eligible_for(certification), people.present())]
    n_assigned, n_eligible, n_all = Certification.objects.filter(pk=certification.pk).values_list(*counts).get()
    return GroupSizes(n_assigned, n_eligible, n_all - n_eligible - n_assigned)


def certifications_to_look_after(user: User, *, on: date) -> QuerySet[Certification]:
    """The certifications in scope for who may assign, one row each, with what asks for something to be done:
    `eligible_count`, and `overdue_count` of the assigned. `on` is the company's local day. One query.
    """
    # Twice outer: seen from a question about a learner, inside a count, about this certification.
    people = Learner.objects.visible_to(user)
    eligible = people.eligible_by(OuterRef(OuterRef("pk")), OuterRef(OuterRef("program")))
    return Certification.objects.visible_to(user).annotate(
        eligible_count=_count(eligible), overdue_count=_count(_assigned_to_this(user).overdue(on=on))
    )


def certifications_with_counts(user: User, *, on: date) -> QuerySet[Certification]:
    """The same with their program and `steps_total`, and of the assigned `assigned_count`, `completed_count` and
    `in_progress_count` too. One query.
    """
    assigned = _assigned_to_this(user)
    begun = CertificationEnrollment.objects.filter(user=OuterRef("learner"), certification=OuterRef("certification"))
    return (
        certifications_to_look_after(user, on=on)
        .select_related("program")
        .annotate(
            assigned_count=_count(assigned),
            completed_count=_count(assigned.completed()),
            in_progress_count=_count(assigned.not_completed().filter(Exists(begun))),
            steps_total=steps_of(OuterRef("pk")),
        )
    )


def _assigned_to_this(user: User) -> AssignmentQuerySet:
    return Assignment.objects.visible_to(user).open().filter(certification=OuterRef("pk"))


def _count(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().annotate(everyone=Value(1)).values("everyone").annotate(n=Count("*")).values("n")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())
