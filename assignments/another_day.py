"""Whom an Assign found assigned with another due day, for who pressed it to give them theirs instead."""

from __future__ import annotations

from accounts.models import User
from accounts.querysets import one_of

from .boxes import selection_of, value_of
from .models import Assignment, Operation


def left_with_another_day(operation: Operation, *, user: User) -> list[str]:
    """The boxes of the assignments that were in the operation's way with another due day, for who pressed it: those
    that are not completed, and that nobody has changed since. One query, none where there was no such assignment.
    """
    is_mine_to_repeat = operation.kind == Operation.Kind.ASSIGN and operation.due_on and operation.made_by_id == user.pk
    boxes = [person["box"] for person in operation.skipped if "box" in person] if is_mine_to_repeat else []
    if not boxes:
        return []
    seen = selection_of(boxes, has_versions=True)
    to_do = Assignment.objects.visible_to(user).open().not_completed().filter(pk__in=one_of(seen)).order_by("pk")
    return [value_of(pk, version) for pk, version in to_do.values_list("pk", "version") if seen[pk] == version]
