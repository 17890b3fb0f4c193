"""For whom the emails of an assignment are shown before any is sent: somebody real, and nothing is saved for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, QuerySet

from accounts.models import User
from accounts.querysets import one_of
from certifications.models import Certification
from certifications.querysets import progress, steps_done, steps_of

from . import notices
from .counts import certifications_to_look_after
from .errors import InvalidDueDate
from .models import Assignment, Learner
from .reminders import Plan, shifted
from .services import check_due_on, checked_name


@dataclass(frozen=True)
class Example:
    """Whose emails show a plan. Whoever has no assignment with a due day is shown one: `due_on`."""

    certification: Certification
    learner: User
    due_on: date | None = None


def people(user: User, certification: Certification) -> QuerySet[Any]:
    """The present people of the company, for who may assign, with what the messages say of them.

    Annotates the reasons against assigning them, `steps_done`, `steps_total`, `completed_at`.
    """
    own = {"person": OuterRef("pk"), "certification": certification.pk}
    present = Learner.objects.visible_to(user).with_reasons(certification).select_related("reports_to")
    return present.annotate(
        steps_done=steps_done(**own),
        steps_total=steps_of(certification.pk),
        completed_at=progress("completed_at", **own),
    )


def first_eligible(user: User, certification: Certification, ids: Sequence[int]) -> Learner | None:
    """The first by name of those of the `people` with these ids who can be assigned now. One query: whoever leaves
    between two would be there for one of them.
    """
    selected = Learner.objects.visible_to(user).filter(pk__in=one_of(ids))
    first = selected.eligible_for(certification).by_name().values("pk")[:1]
    return people(user, certification).filter(pk=first).first()


def the_open_one(user: User, person: User, certification: Certification) -> Assignment | None:
    """The person's open assignment, for who may assign."""
    visible = Assignment.objects.visible_to(user).of(person).open()
    return notices.as_told(visible.filter(certification=certification)).first()


def as_if_assigned(
    person: Learner,
    certification: Certification,
    *,
    by: User,
    name: str,
    due_on: date | None,
    plan: Plan,
    at: datetime,
) -> Assignment:
    """The assignment that a press at the aware instant `at` would open for one of the `people`; it is not saved.

    Raises `InvalidDueDate`, `InvalidName`.
    """
    company = by.own_company
    check_due_on(due_on, company=company, at=at)
    assignment = Assignment(
        learner=person,
        certification=certification,
        company=company,
        name=checked_name(name),
        due_on=due_on,
        next_reminder_on=due_on and plan.first_after(company.day_at(at), due_on=due_on),
        assigned_at=at,
        assigned_by=by,
    )
    assignment.is_in_scope = True
    for told in ("steps_done", "steps_total", "completed_at"):
        setattr(assignment, told, getattr(person, told))
    return assignment


def assignment_message(
    person: Learner,
    certification: Certification,
    *,
    by: User,
    name: str,
    due_on: date | None,
    plan: Plan,
    at: datetime,
) -> notices.Preview | None:
    """The email that a press at the aware instant `at` would send to one of the `people`. None for a past day.

    Raises `InvalidName`.
    """
    try:
        assignment = as_if_assigned(person, certification, by=by, name=name, due_on=due_on, plan=plan, at=at)
    except InvalidDueDate:
        return None
    return notices.previews_of(assignment, plan, at=at)[0]


def example_of(plan: Plan, *, user: User, today: date) -> Example | None:
    """Somebody real to show a plan for: whoever's due day is the last one to come, else the first who is eligible.

    `today` is the company's local day. None where there is nobody. One to three queries.
    """
    to_do = Assignment.objects.visible_to(user).open().not_completed()
    due = to_do.filter(due_on__isnull=False, learner__status=User.Status.ACTIVE)
    latest = due.select_related("certification", "learner").order_by("-due_on", "pk").first()
    if latest is not None:
        return Example(latest.certification, latest.learner)
    counted: QuerySet[Any] = certifications_to_look_after(user, on=today)
    certification = counted.filter(eligible_count__gt=0).order_by("title", "pk").first()
    if certification is None:
        return None
    person = Learner.objects.visible_to(user).eligible_for(certification).by_name().first()
    return Example(certification, person, shifted(today, max(plan.occasions[0], 0) + 1)) if person else None
