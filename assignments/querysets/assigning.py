"""How learners, their assignments and what was done to them are asked for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from functools import cache
from typing import Any, Self, TypeVar

from django.db.models import (
    Case,
    CharField,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.db.models.lookups import GreaterThan, LessThanOrEqual

from accounts.access import TEAM_ASSIGNMENTS
from accounts.models import User
from accounts.querysets import UserQuerySet, one_of
from assignments import models
from assignments.reminders import Days, Plan, due_days_come, shifted
from certifications.models import Certification, CertificationEnrollment, CompanyCertification, FastStartEnrollment
from certifications.querysets import (
    LACKS_ENROLLMENT,
    LACKS_TRAINING,
    Reference,
    enrolled_at,
    has_attended,
    is_enrolled,
    last_attended_on,
    progress,
    steps_done,
    steps_of,
)

#: Why somebody is not eligible, in the order people read it: annotation → words.
REASONS = {
    "is_waiting": "Invitation not accepted yet",
    "lacks_training": LACKS_TRAINING,
    "lacks_enrollment": LACKS_ENROLLMENT,
}


Rows = TypeVar("Rows", bound=QuerySet[Any])


def of_the_company(rows: Rows, user: User) -> Rows:
    """Those of the user's company, for who may assign; none for anyone else."""
    return rows.filter(company=user.company_id) if TEAM_ASSIGNMENTS.is_open_to(user) else rows.none()


class LearnerQuerySet(UserQuerySet):
    """The people of a company as learners. For one certification each Active or Waiting one is in exactly
    one of three groups: assigned, eligible, not eligible. Inactive people are in none.
    """

    def visible_to(self, user: User) -> Self:
        """The people of the company, for who may assign; nobody for anyone else."""
        return of_the_company(self, user)

    def present(self) -> Self:
        """All but Inactive people, said so that they can be counted in an index alone."""
        return self.filter(status__in=User.PRESENT)

    def eligible_for(self, certification: Certification) -> Self:
        """Active, enrolled in the prerequisite, without an open assignment: exactly those whom none of
        the `REASONS` keeps away, said without them so that the database can use its indexes.
        """
        return self.eligible_by(certification.pk, certification.program_id)

    def eligible_by(self, certification: Reference, program: Reference) -> Self:
        """The same by keys, which may be those of an outer query."""
        return self._with_standing(certification, program).filter(
            status=User.Status.ACTIVE, is_enrolled=True, is_assigned=False
        )

    def not_eligible_for(self, certification: Certification) -> Self:
        """Everyone else, each with at least one of the `REASONS` true as an annotation."""
        # One question that is not true, and not one of two that is: that is a join for PostgreSQL.
        status = ExpressionWrapper(OuterRef("status"), output_field=CharField())
        enrolled = FastStartEnrollment.objects.current().filter(user=OuterRef("pk"), program=certification.program_id)
        able = enrolled.alias(status_of_person=status).filter(status_of_person=User.Status.ACTIVE)
        return self.with_reasons(certification).filter(~Exists(able), is_assigned=False)

    def with_reasons(self, certification: Certification) -> Self:
        """Annotates one boolean per reason that keeps a person from being assigned."""
        return (
            self.present()
            ._with_standing(certification.pk, certification.program_id)
            .annotate(
                is_waiting=Q(status=User.Status.WAITING),
                lacks_training=Q(is_enrolled=False, has_attended=False),
                lacks_enrollment=Q(is_enrolled=False, has_attended=True),
            )
        )

    def with_preparation(self, certification: Certification) -> Self:
        """Annotates `trained_on`, `enrolled_at` of the prerequisite; from before `steps_done` and `was_assigned`."""
        prerequisite = {"person": OuterRef("pk"), "program": certification.program_id}
        return self.annotate(
            trained_on=last_attended_on(**prerequisite),
            enrolled_at=enrolled_at(**prerequisite),
            steps_done=steps_done(person=OuterRef("pk"), certification=certification.pk),
            was_assigned=Exists(
                models.Assignment.objects.filter(learner=OuterRef("pk"), certification=certification.pk)
            ),
        )

    def _with_standing(self, certification: Reference, program: Reference) -> Self:
        # Of the company, which an index begins with: so it reads none of other companies.
        own = {"learner": OuterRef("pk"), "company": OuterRef("company")}
        open_assignments = models.Assignment.objects.open().filter(**own, certification=certification)
        # To filter by and to compose from: read as columns, each would have PostgreSQL hash a table for 25 rows.
        return self.alias(
            is_assigned=Exists(open_assignments),
            is_enrolled=is_enrolled(person=OuterRef("pk"), program=program),
            has_attended=has_attended(person=OuterRef("pk"), program=program),
        )


class AssignmentQuerySet(QuerySet["models.Assignment"]):
    def visible_to(self, user: User) -> Self:
        """The company's for who may assign, their own among them; else the person's own. Of certifications in scope."""
        is_all = TEAM_ASSIGNMENTS.is_open_to(user)
        return (self.filter(company=user.company_id) if is_all else self.filter(learner=user.pk)).in_scope()

    def in_scope(self) -> Self:
        return self.filter(is_in_scope())

    def with_scope(self) -> Self:
        """Annotates `is_in_scope`: whether the certification still exists for the company."""
        return self.annotate(is_in_scope=is_in_scope())

    def of(self, learner: User) -> Self:
        return self.filter(learner=learner.pk)

    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def completed(self) -> Self:
        return self.filter(_is_completed())

    def not_completed(self) -> Self:
        return self.exclude(_is_completed())

    def for_learner(self, learner: User) -> Self:
        """The person's own open ones as they read them: with their progress, the next due first."""
        mine = self.visible_to(learner).of(learner).open().with_progress()
        return mine.select_related("certification", "assigned_by").order_by(
            F("due_on").asc(nulls_last=True), "assigned_at"
        )

    def without_successor(self) -> Self:
        """Those after which their learner was not assigned to the same certification once more."""
        own = {"learner": OuterRef("learner"), "certification": OuterRef("certification")}
        return self.filter(~Exists(models.Assignment.objects.filter(**own, pk__gt=OuterRef("pk"))))

    def selected(self, ids: Collection[int], *, company: int, certification: int | None) -> Self:
        """Those of these ids that are the company's and of that certification: all others are unknown."""
        return self.filter(company=company, certification=certification, pk__in=one_of(ids))

    def overdue(self, *, on: date) -> Self:
        """Open ones whose due day is before `on`, the company's local day, and that are not completed."""
        return self.open().filter(is_overdue(on))

    def with_progress(self) -> Self:
        """Annotates `status` (NULL: Not started), `started_at`, `completed_at`, `steps_done`, `steps_total`."""
        return self.annotate(**_progress())

    def locked(self) -> Self:
        """Holds the rows to the end of the transaction. All who hold several take them in this one order."""
        return self.order_by("pk").select_for_update(no_key=True, of=("self",))


def is_overdue(on: date) -> Q:
    """Of an open assignment."""
    return Q(due_on__lt=on) & ~Q(_is_completed())


def day_of(days_before: int) -> ExpressionWrapper[Any]:
    """The day of an occasion of an assignment."""
    return ExpressionWrapper(F("due_on") - timedelta(days_before), output_field=DateField())


def next_occasion(plan: Plan, due: Combinable, *, after: date, has_moved: bool = False) -> Cast:
    """The day of the first occasion of a due day that is later than `after`; NULL where none is to come.

    Where the due day `has_moved`, it is the day of the last reminder that is not later, if there is one: it is due at
    once, since nothing else tells the learner of the new day.
    """
    due = Cast(due, DateField())  # to PostgreSQL NULL less some days is no day, but an interval
    branches, owed = [], None
    for before in plan.occasions:  # the one ahead of all first: true of most, and `due` may be dear
        noted = before if owed is None else owed
        is_ahead = Q(GreaterThan(due, shifted(after, before)))
        if noted < 0:  # the calendar may have no day for it
            is_ahead &= Q(LessThanOrEqual(due, shifted(date.max, noted)))
        branches.append(When(is_ahead, then=due - timedelta(noted)))
        if has_moved and before in plan.reminders:
            owed = before
    none_to_come = Value(None, DateField()) if owed is None else due - timedelta(owed)
    return Cast(Case(*branches, default=none_to_come, output_field=DateField()), DateField())


def has_come(days_before: int, days: Days) -> Q:
    """That the day of an occasion has come since what was noted, and is not too long ago."""
    return Q(due_on__range=due_days_come(days_before, days), next_reminder_on__lte=day_of(days_before))


# Composed once each, since most pages ask for them and they are the same for everybody: composing the question for one
# person takes Django longer than PostgreSQL takes to answer it.


@cache
def is_in_scope() -> Exists:
    """Of a row with a company and a certification: whether the certification exists for the company."""
    own = {"company": OuterRef("company"), "certification": OuterRef("certification")}
    return Exists(CompanyCertification.objects.filter(**own))


@cache
def _is_completed() -> Exists:
    completed = CertificationEnrollment.objects.completed()
    return Exists(completed.filter(user=OuterRef("learner"), certification=OuterRef("certification")))


@cache
def _progress() -> dict[str, Combinable]:
    own = {"person": OuterRef("learner"), "certification": OuterRef("certification")}
    return {
        "status": progress("status", **own),
        "started_at": progress("started_at", **own),
        "completed_at": progress("completed_at", **own),
        "steps_done": steps_done(**own),
        "steps_total": steps_of(OuterRef("certification")),
    }


class OperationQuerySet(QuerySet["models.Operation"]):
    def visible_to(self, user: User) -> Self:
        """The company's, for who may assign."""
        return of_the_company(self, user)

    def about_a_selection(self) -> Self:
        """Those for which somebody chose people of one certification."""
        return self.exclude(kind__in=models.Operation.ABOUT_NO_SELECTION)

    def newest_first(self) -> Self:
        return self.order_by("-made_at", "-pk")

    def for_list(self) -> Self:
        """Each as one line among others. Whom they skipped is read where it is listed alone: that may be a hundred
        thousand names in each.
        """
        return self.select_related("certification", "made_by", "takes_back").defer("skipped", "takes_back__skipped")

    def for_result(self) -> Self:
        """One with what came of it, which press took it back included. Annotates `is_in_scope`: whether its
        certification still exists for the company; what is about none always is. Asked of a whole list, PostgreSQL
        would read the scope of all companies.
        """
        found = self.for_list().select_related("company", "certification__program", "taken_back_in__made_by")
        return found.defer("taken_back_in__skipped").annotate(is_in_scope=Q(certification=None) | Q(is_in_scope()))

    def about_certifications(self, slugs: Collection[str]) -> Self:
        """Those of one of these certifications; a deactivation is about each one in which it closed something."""
        changed = models.AssignmentChange.objects.filter(
            operation__certification=None, assignment__certification__slug__in=slugs
        )
        return self.filter(Q(certification__slug__in=slugs) | Q(certification=None, pk__in=changed.values("operation")))

    def that_changed(self, learners: LearnerQuerySet) -> Self:
        """Those that changed something for one of these people."""
        changed = models.AssignmentChange.objects.filter(assignment__learner__in=learners.values("pk"))
        return self.filter(pk__in=changed.values("operation"))


class AssignmentChangeQuerySet(QuerySet["models.AssignmentChange"]):
    def of_assignments(self) -> Self:
        """Those that changed the assignment itself, not only wrote to its learner."""
        return self.exclude(kind__in=[models.AssignmentChange.Kind.SENT_AGAIN, models.AssignmentChange.Kind.REMINDED])

    def not_overtaken(self) -> Self:
        """The last change each of its assignment. An assignment is locked while it is changed: keys are in order."""
        later = models.AssignmentChange.objects.of_assignments()
        return self.filter(~Exists(later.filter(assignment=OuterRef("assignment"), pk__gt=OuterRef("pk"))))

    def with_people(self) -> Self:
        """With the learner and the certification of each."""
        return self.select_related("assignment__learner", "assignment__certification")


class ReminderRuleQuerySet(QuerySet["models.ReminderRule"]):
    def plan_of(self, company: int) -> Plan:
        """The company's plan; one query."""
        return self.plans_of([company])[company]

    def plans_of(self, companies: Collection[int]) -> dict[int, Plan]:
        """The plan of each of these companies, by its id; one query."""
        chosen: dict[int, dict[str, list[int]]] = {}
        for rule in self.filter(company__in=one_of(companies)).order_by("-days_before"):
            days = chosen.setdefault(rule.company_id, {"learner": [], "manager": []})
            days[rule.audience].append(rule.days_before)
        return {
            company: Plan(**{audience: tuple(days) for audience, days in chosen[company].items()})
            if company in chosen
            else Plan()
            for company in companies
        }
