"""What the business tables say after a round, put into the words of the model; asked by SQL of its own."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection

from .cast import Cast
from .judge import Evidence
from .messages import CANCELLED, FAILED, SENT, WAITING, Name, Post, Row
from .presses import Outcome
from .words import DEFAULT_PLAN, NOBODY, Change, Key, Person, Plan, Press, Task, Told

_PEOPLE = """
SELECT u.id, u.status, u.last_login IS NOT NULL,
    EXISTS (SELECT 1 FROM certifications_attendance a WHERE a.user_id = u.id),
    f.id IS NOT NULL AND f.withdrawn_at IS NULL, f.withdrawn_at IS NOT NULL, e.status,
    ARRAY(SELECT s.position FROM certifications_stepcompletion c JOIN certifications_step s ON s.id = c.step_id
          WHERE c.enrollment_id = e.id)
FROM accounts_user u
LEFT JOIN certifications_faststartenrollment f ON f.user_id = u.id
LEFT JOIN certifications_certificationenrollment e ON e.user_id = u.id
WHERE NOT u.can_manage_assignments
"""
_OPERATIONS = "SELECT id, op_id::text, kind, made_by_id, requested, changed, skipped::text FROM assignments_operation"
_TASKS = """
SELECT id, learner_id, opened_in_id, due_on, next_reminder_on, version, closed_reason, closed_by_id, closed_in_id,
    assigned_by_id
FROM assignments_assignment ORDER BY id
"""
_CHANGES = """
SELECT assignment_id, operation_id, kind, due_before, due_after FROM assignments_assignmentchange ORDER BY id
"""
_MESSAGES = "SELECT recipient_id, dedupe_key, about, state, created_at FROM notifications_notification"
_PLAN = "SELECT days_before FROM assignments_reminderrule ORDER BY days_before DESC"
_STATES = {"pending": WAITING, "sent": SENT, "cancelled": CANCELLED, "failed": FAILED}

#: What a reason says, in the model's words; the number is that of an admin.
_BY = r"(?: by Admin No(?P<by>\d))?"
_REASONS = [
    (re.compile(rf"Already assigned{_BY} on "), "assigned by {by}"),
    (re.compile(rf"Assigned once more{_BY} on "), "assigned once more by {by}"),
    (re.compile(rf"Already unassigned{_BY} on "), "unassigned by {by}"),
    (re.compile(rf"Already closed \(The person was deactivated\){_BY} on "), "deactivated by {by}"),
    (re.compile(rf"Already closed \(The Fast Start enrollment ended\){_BY} on "), "withdrawn by {by}"),
    (re.compile(rf"Changed meanwhile{_BY} to (?P<due>no due date|\w+ \d+ \w+ \d+) on "), "changed by {by} to {due}"),
    (re.compile(r"(Due on that day|Without a due date) already\.$"), "due then already"),
    (re.compile(r"Has no due date that could be moved\.$"), "nothing to move"),
    (re.compile(r"Would be due on .*, which is over\.$"), "over by then"),
    (re.compile(r"Has completed it already\.$"), "completed"),
    (re.compile(r"Is not assigned\.$"), "not assigned"),
    (re.compile(r"Was reminded today already"), "reminded"),
    (re.compile(r"The email of today’s reminder.* failed\."), "reminder failed"),
    (re.compile(r"The email is waiting"), "waits"),
    (re.compile(r"The email was sent"), "was sent"),
    (re.compile(r"There is no email that failed"), "did not fail"),
    (re.compile(r"Deactivated\.$"), "deactivated"),
]
_WHY_NOT = {
    "Invitation not accepted yet": "waiting",
    "Has not attended the training": "untrained",
    "Attended, but not enrolled in the Fast Start Program": "not enrolled",
}


class Reader:
    """Reads the tables once; the company's day of the reading is today."""

    def __init__(self, cast: Cast, presses: Iterable[Press]) -> None:
        self._cast, self._today = cast, cast.house.today
        self._labels = {str(cast.op_id(press.label)): press.label for press in presses}
        self._admins = {admin.pk: number for number, admin in enumerate(cast.house.admins)} | {None: NOBODY}
        self.complaints: list[str] = []
        self._operations = {row[0]: row for row in _ask(_OPERATIONS)}
        self._changes = _ask(_CHANGES)
        self._tasks = _ask(_TASKS)
        self._keys: dict[int, Key] = {row[0]: (self._cast.numbers[row[1]], self._label(row[2])) for row in self._tasks}

    def read(self) -> Evidence:
        return Evidence(self._people(), self._plan(), self._all_tasks(), self._posts())

    def told(self, press: Press, outcome: Outcome) -> Told:
        """What the press was told: for an operation, by its own record and its changes."""
        if not outcome.operation:
            return Told(outcome.answer)
        op_id = str(self._cast.op_id(press.label))
        found = [row for row in self._operations.values() if row[1] == op_id]
        if len(found) != 1:
            self.complaints.append(f"kept {len(found)} times: {press.label}")
            return Told("lost")
        pk, _, kind, _, requested, changed, skipped = found[0]
        if kind == "change_reminders":
            return Told("done", count=changed)
        keys = [self._keys[each[0]] for each in self._changes if each[1] == pk]
        reasons = [(self._number(each["email"]), self._reason(each["reason"])) for each in json.loads(skipped)]
        if not len(keys) == changed == requested - len(reasons):
            self.complaints.append(
                f"does not add up: {press.label} {requested} asked for, {changed} changed, {len(keys)} in the history, "
                f"{len(reasons)} skipped"
            )
        return Told("done", frozenset(keys), tuple(sorted(reasons)))

    def _label(self, pk: int) -> str:
        _, op_id, kind, *_ = self._operations[pk]
        return self._labels.get(op_id, kind)

    def _number(self, email: str) -> int:
        found = re.match(r"person(\d+)@", email)
        return int(found[1]) if found else NOBODY

    def _reason(self, text: str) -> str:
        for pattern, words in _REASONS:
            found = pattern.match(text)
            if found:
                named = found.groupdict()
                by, due = named.get("by") or NOBODY, self._days_in(named.get("due") or "no due date")
                return words.format(by=by, due=due)
        reasons = text.removesuffix(".").split("; ")
        return ", ".join(
            "withdrawn" if each.startswith("No longer enrolled in ") else _WHY_NOT.get(each, f"“{each}”")
            for each in reasons
        )

    def _days_in(self, text: str) -> int | None:
        if text == "no due date":
            return None
        return self._days(datetime.strptime(text, "%a %d %B %Y").date())  # noqa: DTZ007, a day

    def _days(self, day: date | None) -> int | None:
        return None if day is None else (day - self._today).days

    def _people(self) -> list[Person]:
        rows = sorted(_ask(_PEOPLE), key=lambda row: self._cast.numbers[row[0]])
        people = [
            Person(status, logged_in, attended, enrolled, withdrawn, frozenset(steps))
            for _, status, logged_in, attended, enrolled, withdrawn, _, steps in rows
        ]
        for row, person in zip(rows, people, strict=True):
            if (row[6] == "completed") != person.has_completed:
                self.complaints.append(f"does not add up: {person} is noted as {row[6]}")
        return people

    def _plan(self) -> Plan:
        return tuple(days for (days,) in _ask(_PLAN)) or DEFAULT_PLAN

    def _all_tasks(self) -> dict[Key, Task]:
        history: dict[int, list[Change]] = defaultdict(list)
        for task, operation, kind, before, after in self._changes:
            by = self._admins[self._operations[operation][3]]
            change = Change(kind, self._label(operation), by, self._days(before), self._days(after))
            history[task].append(change)
        tasks = {}
        for pk, _, _, due, _, version, closed, closed_by, closed_in, by in self._tasks:
            label = self._label(closed_in) if closed_in else ""
            tasks[self._keys[pk]] = Task(
                self._days(due), self._admins[by], version, closed, self._admins[closed_by], label, tuple(history[pk])
            )
        opened: dict[int, int] = defaultdict(int)
        for (number, _), task in tasks.items():
            opened[number] += task.is_open
        self.complaints += [f"assigned {many} times: person {number}" for number, many in opened.items() if many > 1]
        if len(tasks) < len(self._tasks):
            self.complaints.append(f"does not add up: {len(self._tasks)} assignments have {len(tasks)} openings")
        return tasks

    def _posts(self) -> list[Post]:
        rows: dict[int, list[tuple[Name, Row]]] = defaultdict(list)
        for recipient, dedupe_key, about, state, created_at in _ask(_MESSAGES):
            key = self._keys[int(about.removeprefix("assignment:"))]
            day = self._days(created_at.astimezone(self._cast.house.company.zone).date())
            if state not in _STATES:
                self.complaints.append(f"left {state}: {dedupe_key}")
            rows[recipient].append((self._name(dedupe_key), Row(_STATES.get(state, state), key, day or 0)))
        nexts: dict[int, list[tuple[Key, int]]] = defaultdict(list)
        for row in self._tasks:
            if row[4] is not None:
                nexts[row[1]].append((self._keys[row[0]], self._days(row[4]) or 0))
        return [Post(frozenset(nexts[person.pk]), frozenset(rows[person.pk])) for person in self._cast.people]

    def _name(self, dedupe_key: str) -> Name:
        kind, subject, *rest = dedupe_key.split(":")
        if kind == "assigned":
            return kind, self._keys[int(subject)]
        day = self._days(datetime.fromisoformat(rest[0]).replace(tzinfo=UTC).date())
        if kind == "remind_now":
            return kind, day
        return kind, self._keys[int(subject)], day, int(rest[1])


def locks_left() -> Sequence[str]:
    """What other sessions of people at work still hold, or have begun and not ended."""
    held = _ask(
        "SELECT l.mode || ' on ' || coalesce(l.relation::regclass::text, l.locktype) FROM pg_locks l "
        "JOIN pg_stat_activity a ON a.pid = l.pid WHERE a.datname = current_database() "
        "AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'"
    )
    begun = _ask(
        "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend' AND state LIKE 'idle in transaction%'"
    )
    return [f"left behind: {what}" for (what,) in [*held, *begun]]


def _ask(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
