"""How the Certification Progress report is asked for, one row per learner and certification in scope; and Home.

The rows are composed by joins, without a view in the database: SQLite rebuilds a table for many a
migration and refuses while a view depends on it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any, Self

from django.db.models import (
    Case,
    Count,
    F,
    FilteredRelation,
    FloatField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Concat, NullIf

from accounts.access import REPORTS
from accounts.models import User
from accounts.querysets import UserQuerySet, one_of
from assignments import notices
from assignments.models import Assignment, Learner
from assignments.querysets import AssignmentQuerySet
from certifications.models import NOT_STARTED, Certification, CertificationEnrollment, StepCompletion
from certifications.querysets import CertificationQuerySet, steps_of

Status = CertificationEnrollment.Status
#: For so long Home tells of an email that nobody can send again.
SHOWN_FOR = timedelta(days=30)
CELLS = (
    *("first_name", "last_name", "email", "title", "functional_area", "region", "manager"),
    *("certification", "fast_start_enrolled_at", "enrollment_status", "steps_done", "steps_total"),
    *("started_at", "completed_at", "assignment_name", "assigned_at", "assigned_by", "due_on", "is_overdue"),
)


class ProgressQuerySet(UserQuerySet):
    """Rows of the report. Begin with `progress_of`; the words narrow it, `rows` gives the cells."""

    def visible_to(self, user: User) -> Self:
        """The company with Manage Reports, else everyone below; nobody off the plan or across companies.

        The hierarchy is walked at once, in a query of its own: inside of the other, PostgreSQL takes it for
        everybody and reads whole tables (560 ms instead of 90, for 100 of 100,000 people).
        """
        if not REPORTS.is_on_plan_of(user):
            return self.none()
        people = self.filter(company=user.company_id)
        if user.can_manage_reports:
            return people
        return people.filter(pk__in=one_of(people.below(user).values_list("pk", flat=True)))

    def with_certifications(self) -> Self:
        """One row per person and certification in scope, of those that have anything to do with each other:
        enrolled in its Fast Start Program now, or with progress, or with an open assignment.

        Each join finds one row at most, thanks to a unique constraint each. Whatever is asked about a joined
        row later must be annotated here: a `filter()` by the relation's name would join it a second time.
        The joins' conditions, too, name annotations: they may not reach into another relation.
        """
        return (
            self.annotate(scope=FilteredRelation("company__scopes"))
            .annotate(
                certification_id=F("scope__certification"),
                certification_slug=F("scope__certification__slug"),
                certification=F("scope__certification__title"),
                program_id=F("scope__certification__program"),
            )
            .annotate(**_joins())
            .annotate(**_joined_cells())
            .filter(
                Q(fast_start_enrolled_at__isnull=False) | Q(begun_status__isnull=False) | Q(assignment_id__isnull=False)
            )
        )

    def of_statuses(self, statuses: Collection[str]) -> Self:
        return self.filter(status__in=statuses)

    def in_certifications(self, slugs: Collection[str]) -> Self:
        return self.filter(certification_slug__in=slugs)

    def with_progress(self, statuses: Collection[str]) -> Self:
        """Those with any of the `STATUSES`."""
        asked = Q(begun_status__in=statuses)
        return self.filter(asked | Q(begun_status__isnull=True) if NOT_STARTED in statuses else asked)

    def overdue(self, *, on: date) -> Self:
        """Those whose assignment is overdue on the company's local day `on`."""
        return self.filter(_is_overdue(on))

    def rows(self, *, on: date) -> QuerySet[User, dict[str, Any]]:
        """The `CELLS` of each row as a dict; to be ordered by any of them, `status_rank` and `share_done`.

        `enrollment_status` is one of the `STATUSES`; the cells of an assignment are None where none is open.
        `on` is the company's local day. One query.
        """
        rows: QuerySet[User, dict[str, Any]] = self.annotate(**_computed_cells(on)).values(*CELLS)
        return rows


def progress_of(user: User) -> ProgressQuerySet:
    """The report's rows that `user` may see, of people of every status."""
    return ProgressQuerySet(Learner).visible_to(user).with_certifications()


def behind(user: User, *, on: date) -> dict[str, int]:
    """How many assignments that `user` may report on are overdue, and of how many people: `rows`, `people`."""
    overdue = progress_of(user).of_statuses(User.PRESENT).overdue(on=on)
    return overdue.aggregate(rows=Count("pk"), people=Count("pk", distinct=True))


def unreached(user: User) -> QuerySet[Assignment, Any]:
    """For who may assign: how many `people` did not get an email about an open assignment; one row per certification
    with anybody, its `slug` and `title`, by title.
    """
    failed = notices.not_reached(Assignment.objects.visible_to(user).open(), company=user.own_company.pk)
    about = failed.values(slug=F("certification__slug"), title=F("certification__title"))
    return about.annotate(people=Count("pk")).order_by("title", "slug")


def unreached_managers(user: User, *, at: datetime) -> int:
    """For who may assign: how many managers did not get the last message about their team, of those of `SHOWN_FOR`."""
    people = Learner.objects.visible_to(user).filter(status=User.Status.ACTIVE)
    since = at - SHOWN_FOR
    return notices.managers_not_reached(people, company=user.own_company.pk, since=since).count()


def next_assignments(user: User) -> AssignmentQuerySet:
    """The person's own that are not completed, the next due first, with their progress."""
    return Assignment.objects.for_learner(user).not_completed()


def begun_beside_assignments(user: User) -> CertificationQuerySet:
    """The certifications that the person is in the middle of without being assigned to them, with their standing."""
    assigned = Assignment.objects.open().of(user).values("certification")
    mine = Certification.objects.visible_to(user).with_standing_of(user).exclude(pk__in=assigned)
    return mine.filter(enrollments__user=user, enrollments__status=Status.IN_PROGRESS).select_related("program")


def _joins() -> dict[str, FilteredRelation]:
    return {
        "fast_start": FilteredRelation(
            "fast_start_enrollments",
            condition=Q(
                fast_start_enrollments__program=F("program_id"), fast_start_enrollments__withdrawn_at__isnull=True
            ),
        ),
        "begun": FilteredRelation(
            "certification_enrollments",
            condition=Q(certification_enrollments__certification=F("certification_id")),
        ),
        "assignment": FilteredRelation(
            "assignments",
            condition=Q(assignments__certification=F("certification_id"), assignments__closed_at__isnull=True),
        ),
    }


def _joined_cells() -> dict[str, Combinable]:
    return {
        "fast_start_enrolled_at": F("fast_start__enrolled_at"),
        "begun_id": F("begun__pk"),
        "begun_status": F("begun__status"),
        "started_at": F("begun__started_at"),
        "completed_at": F("begun__completed_at"),
        "assignment_id": F("assignment__pk"),
        "assignment_name": F("assignment__name"),
        "assigned_at": F("assignment__assigned_at"),
        "assigned_by_id": F("assignment__assigned_by"),
        "due_on": F("assignment__due_on"),
    }


def _is_overdue(on: date) -> Q:
    """The rule of `Assignment.objects.overdue`, said of the joined columns: asking by it once more per row
    costs the first of 300,000 rows 200 ms. A test compares the two.
    """
    return Q(due_on__lt=on) & (Q(begun_status__isnull=True) | ~Q(begun_status=Status.COMPLETED))


def _computed_cells(on: date) -> dict[str, Combinable]:
    return {
        "manager": _full_name(OuterRef("reports_to")),
        "assigned_by": _full_name(OuterRef("assigned_by_id")),
        "status_rank": Case(
            When(begun_status=Status.IN_PROGRESS, then=1), When(begun_status=Status.COMPLETED, then=2), default=0
        ),
        "enrollment_status": Coalesce("begun_status", Value(NOT_STARTED)),
        "steps_done": _steps_done(),
        "steps_total": steps_of(OuterRef("certification_id")),
        "share_done": Cast("steps_done", FloatField()) / NullIf(Cast("steps_total", FloatField()), Value(0.0)),
        "is_overdue": Case(When(_is_overdue(on), then=True), When(assignment_id__isnull=False, then=False)),
    }


def _full_name(person: OuterRef) -> Subquery:
    """The name of a person, or NULL for none. Not a join: from nine tables on PostgreSQL stops looking for
    the best order to join them in.
    """
    named = User.objects.filter(pk=person).annotate(name=Concat("first_name", Value(" "), "last_name"))
    return Subquery(named.values("name"))


def _steps_done() -> Coalesce:
    """How many steps the joined enrolment has behind it: its key is at hand, so this asks for no other."""
    done = StepCompletion.objects.filter(enrollment=OuterRef("begun_id")).order_by()
    counted = done.values("enrollment").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())
