"""The three subtabs of a certification: whom each lists, by what it is sorted and filtered, where it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Expression, OuterRef, QuerySet, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import User
from certifications.models import Certification, CertificationEnrollment
from certifications.querysets import progress

from . import facets
from .filters import Facet
from .lists import SortKeys, filled
from .models import Assignment, Learner
from .querysets import REASONS, AssignmentQuerySet


@dataclass(frozen=True)
class Tab:
    """One of the three groups of a certification. `rows` asks for it, `size` names it in `GroupSizes`.

    `has_versions`: the boxes of its rows say which version was seen. `person` leads from a row to the person.
    """

    name: str
    label: str
    size: str
    keys: SortKeys
    default_sort: str
    rows: Callable[[User, Certification, str], QuerySet[Any]]
    facets: Sequence[Facet]
    has_versions: bool = False
    person: str = "pk"
    shows_delivery: bool = False

    @property
    def template(self) -> str:
        return f"assignments/{self.name.replace('-', '_')}_list.html"

    def url(self, certification: Certification) -> str:
        return reverse(f"team-certification-{self.name}", args=[certification.slug])


def _assigned(user: User, certification: Certification, q: str) -> AssignmentQuerySet:
    rows = Assignment.objects.visible_to(user).open().filter(certification=certification)
    if q:
        rows = rows.filter(learner__in=Learner.objects.visible_to(user).matching(q).values("pk"))
    return rows.with_progress().select_related("learner", "assigned_by")


def _eligible(user: User, certification: Certification, q: str) -> QuerySet[Any]:
    people = Learner.objects.visible_to(user).matching(q).eligible_for(certification)
    return people.with_preparation(certification).select_related("reports_to")


def _not_eligible(user: User, certification: Certification, q: str) -> QuerySet[Any]:
    people = Learner.objects.visible_to(user).matching(q).not_eligible_for(certification)
    return people.with_preparation(certification).select_related("reports_to")


def _by_status() -> tuple[Expression, Expression]:
    """Of assignments: not started, in progress, completed, each by when it came to that.

    Not by the annotations of progress, of which it would need four: each is asked of every row there is, for one page.
    """
    own = {"person": OuterRef("learner"), "certification": OuterRef("certification")}
    rank = Case(When(status=CertificationEnrollment.Status.COMPLETED, then=2), default=1)
    since = progress(Coalesce("completed_at", "started_at"), **own)
    return Coalesce(progress(rank, **own), 0), since  # type: ignore[return-value]  # the stubs know no Subquery as one


_PERSON: SortKeys = {
    "learner": ("first_name", "last_name"),
    "title": (filled("title"),),
    "area": (filled("functional_area"),),
    "region": (filled("region"),),
    "manager": ("reports_to__first_name", "reports_to__last_name"),
    "trained": ("trained_on",),
}

TABS = {
    tab.name: tab
    for tab in [
        Tab(
            name="assigned",
            label="Assigned",
            size="assigned",
            keys={
                "learner": ("learner__first_name", "learner__last_name"),
                "name": ("name",),
                "due": ("due_on",),
                "progress": ("steps_done",),
                "status": _by_status(),
                "assigned": ("assigned_by__first_name", "assigned_by__last_name", "assigned_at"),
            },
            default_sort="due",
            rows=_assigned,
            facets=facets.ASSIGNED,
            has_versions=True,
            person="learner",
            shows_delivery=True,
        ),
        Tab(
            name="eligible",
            label="Eligible for Assignment",
            size="eligible",
            keys={**_PERSON, "enrolled": ("enrolled_at",), "progress": ("steps_done",)},
            default_sort="learner",
            rows=_eligible,
            facets=facets.ELIGIBLE,
        ),
        Tab(
            name="not-eligible",
            label="Not Eligible",
            size="not_eligible",
            keys={**_PERSON, "reason": tuple(REASONS)},
            default_sort="learner",
            rows=_not_eligible,
            facets=facets.NOT_ELIGIBLE,
        ),
    ]
}
