"""Change on which days a company's people are written to about a due day."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.models import Company, User
from assignments.errors import ChangedMeanwhile, InvalidPlan, InvalidPlanForManagers
from assignments.models import Assignment, Operation, ReminderRule
from assignments.querysets import AssignmentQuerySet, next_occasion
from assignments.reminders import MOST_DAYS_AFTER, MOST_DAYS_BEFORE, MOST_MESSAGES, Plan, days_in, end_of_day

from .operations import begin, check_permission, finish, lock
from .reminding import queue_reminders_of
from .skipped import in_words


@transaction.atomic
def change_reminders(*, by: User, plan: Plan, seen: Plan, op_id: uuid.UUID, at: datetime) -> Operation:
    """Give the company another plan, for its open assignments too. What has passed is not sent, nothing is sent twice.

    `seen` is the plan that was on the admin's screen. What was due until `at` is queued by the plan
    of before. Returns the operation, `changed` being the number of open assignments with a due day;
    the same one for a repeated press, while its plan is in force. Raises a `RefusedOperation`.
    """
    company = check_permission(by)
    check_plan(plan)
    # Waits for the presses under way, which hold the row in common, and keeps new ones waiting.
    Company.objects.select_for_update().get(pk=company.pk)
    operation, is_new = begin(
        kind=Operation.Kind.CHANGE_REMINDERS,
        company=company,
        op_id=op_id,
        asked={"by": by.pk, "learner": plan.learner, "manager": plan.manager},
        by=by,
        at=at,
        name=str(plan),
    )
    _check_unchanged(operation, seen if is_new else plan)
    if is_new:
        assignments = Assignment.objects.open().filter(company=company, due_on__isnull=False)
        # Before anything is promised: a sweep that holds some of them may be about to promise the same to a manager.
        count = len(lock(assignments))
        queue_reminders_of(company, at=at)
        _write(company, plan)
        _note_next(assignments, plan, company, at)
        finish(operation, requested=count, changed=count)
    return operation


def _note_next(assignments: AssignmentQuerySet, plan: Plan, company: Company, at: datetime) -> None:
    """The next occasions by the new plan. Today's, when its moment is still to come, is none for whoever was
    assigned today: their assignment message carries the due day itself, unless it was moved since.
    """
    days = days_in(company.zone, at)
    assignments.update(next_reminder_on=next_occasion(plan, F("due_on"), after=days.reminded))
    if days.reminded < days.today:
        midnight = end_of_day(days.reminded, company.zone)
        untouched = assignments.filter(assigned_at__gte=midnight, version=1)
        untouched.update(next_reminder_on=next_occasion(plan, F("due_on"), after=days.today))


def check_plan(plan: Plan) -> None:
    """Raises `InvalidPlan` for what would be no plan, or too much of one."""
    if not plan.learner:
        raise InvalidPlan("Choose at least one day on which learners are reminded.")
    if len(plan.learner) > MOST_MESSAGES:
        raise InvalidPlan(f"Choose at most {MOST_MESSAGES} days in all; more reminders are read less.")
    if len(plan.manager) > MOST_MESSAGES:
        raise InvalidPlanForManagers(f"Tell managers on at most {MOST_MESSAGES} days; more messages are read less.")
    if len(set(plan.learner)) < len(plan.learner) or len(set(plan.manager)) < len(plan.manager):
        raise InvalidPlan("Each day can be chosen once.")
    if not all(-MOST_DAYS_AFTER <= days <= MOST_DAYS_BEFORE for days in plan.occasions):
        raise InvalidPlan(
            f"Choose days between {MOST_DAYS_BEFORE} days before the due date and {MOST_DAYS_AFTER} days after it."
        )
    if any(days >= 0 for days in plan.manager):
        raise InvalidPlanForManagers("Managers are told after the due date, at the earliest one day after it.")


def _check_unchanged(ours: Operation, seen: Plan) -> None:
    company = ours.company
    if ReminderRule.objects.plan_of(company.pk) == seen:
        return
    others = Operation.objects.filter(company=company, kind=Operation.Kind.CHANGE_REMINDERS).exclude(pk=ours.pk)
    last = others.select_related("made_by").newest_first().first()
    who = f"{last.made_by.full_name} changed" if last and last.made_by else "Somebody changed"
    when = f" on {in_words(last.made_at, company.zone)}" if last else ""
    raise ChangedMeanwhile(f"{who} the reminders{when}, after you opened this page. Look at them, then choose again.")


def _write(company: Company, plan: Plan) -> None:
    ReminderRule.objects.filter(company=company).delete()
    audiences = {ReminderRule.Audience.LEARNER: plan.learner, ReminderRule.Audience.MANAGER: plan.manager}
    ReminderRule.objects.bulk_create(
        ReminderRule(company=company, audience=audience, days_before=days_before)
        for audience, days in audiences.items()
        for days_before in days
    )
