"""What the rules say a press does: plain Python, written from the domain and the decision records, that calls nothing
of the product. `after` plays one press on a `World`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .messages import ASSIGNED, FAILED, SENT, Draft, changed, next_after, queue, settled
from .words import (
    ASSIGN,
    BOUNCE,
    CHANGE_PLAN,
    COMPLETE,
    DEACTIVATE,
    ENROLL,
    MOVE,
    NOBODY,
    REACTIVATE,
    REMIND,
    SEND_AGAIN,
    SWEEP,
    TAKE_BACK,
    UNASSIGN,
    WITHDRAW,
    Key,
    Person,
    Press,
    Task,
    Told,
)
from .world import World, done, why_changed, why_closed
from .writing import remind, send_again

REPEATED, TAKEN_BACK, OTHER_PLAN = "RepeatedWithOtherContent", "CannotBeTakenBack", "ChangedMeanwhile"
NOT_ATTENDED, NOT_OPEN = "NotAttended", "StepNotOpen"
NOT_ASSIGNED = "not assigned"


def after(world: World, press: Press, told: Told | None = None) -> tuple[World, Told] | None:
    """The world after the press and what it tells; None when it cannot have told what it `told`.

    Without `told` nothing may be left to chance, so no sweep may come by meanwhile.
    """
    if press.label in world.done:
        answer = _told_again(world, press)
        return (world, answer) if told in (None, answer) else None
    world = world.copy()
    played = _WRITING[press.what](world, press, told) if press.what in _WRITING else _RULES[press.what](world, press)
    if played is None or told not in (None, played):
        return None
    if press.what in _KEPT and not played.is_refusal:
        world.done[press.label] = press.asks, played
    return world, played


def _told_again(world: World, press: Press) -> Told:
    asked, before = world.done[press.label]
    if asked != press.asks:
        return Told(REPEATED)
    is_replaced = press.what == CHANGE_PLAN and world.plan != press.plan
    return Told(OTHER_PLAN) if is_replaced else before


def _assign(world: World, press: Press) -> Told:
    reasons = {person: world.why_not(person) for person in press.people}
    able = [(person, press.label) for person, reason in reasons.items() if not reason]
    for key in able:
        world.open(key, press, press.due)
    return done(able, ((person, reason) for person, reason in reasons.items() if reason))


def _unassign(world: World, press: Press) -> Told:
    able = [key for key, _ in press.seen if world.tasks[key].is_open]
    skipped = [(key[0], _why_gone(world, key, press)) for key, _ in press.seen if key not in able]
    for key in able:
        world.close(key, "unassigned", press.label, press.by)
    return done(able, skipped)


def _why_gone(world: World, key: Key, press: Press) -> str:
    """A file names the person, so it says how they stand now, not what became of what they had."""
    if not press.by_file:
        return why_closed(world.tasks[key])
    since = world.open_task(key[0])
    return f"assigned once more by {world.tasks[since].assigned_by}" if since else NOT_ASSIGNED


def _move_by_file(world: World, press: Press) -> Told:
    able: list[Key] = []
    skipped: list[tuple[int, str]] = []
    for key, version in press.seen:
        present = world.open_task(key[0])
        task = world.tasks[present] if present else None
        if task is None:
            skipped.append((key[0], NOT_ASSIGNED))
        elif task.due == press.due:
            skipped.append((key[0], "due then already"))
        elif (present, task.version) != (key, version):
            skipped.append((key[0], why_changed(task)))
        else:
            able.append(key)
    for key in able:
        world.move(key, press.due, press)
    return done(able, skipped)


def _move(world: World, press: Press) -> Told:
    if press.by_file:
        return _move_by_file(world, press)
    able: list[Key] = []
    skipped: list[tuple[int, str]] = []
    for key, version in press.seen:
        task = world.tasks[key]
        if not task.is_open:
            skipped.append((key[0], why_closed(task)))
        elif reason := _why_not_moved(world, key, press):
            skipped.append((key[0], reason))
        elif task.version != version:
            skipped.append((key[0], why_changed(task)))
        else:
            able.append(key)
    for key in able:
        world.move(key, _due_after(world.tasks[key], press), press)
    return done(able, skipped)


def _why_not_moved(world: World, key: Key, press: Press) -> str:
    task = world.tasks[key]
    if press.spares and world.people[key[0]].has_completed:
        return "completed"
    if not press.days:
        return "due then already" if task.due == press.due else ""
    after = _due_after(task, press)
    if after is None:
        return "nothing to move"
    return "over by then" if after < press.day else ""


def _due_after(task: Task, press: Press) -> int | None:
    if not press.days:
        return press.due
    return None if task.due is None else task.due + press.days


def _take_back(world: World, press: Press) -> Told:
    if any(asked.takes_back == press.takes_back for asked, _ in world.done.values()):
        return Told(TAKEN_BACK)
    before, told = world.done[press.takes_back]
    undo = _assign_again if before.what == UNASSIGN else _undo
    able, skipped = [], []
    for key in sorted(told.changed):
        reason = undo(world, press, before, key)
        if reason:
            skipped.append((key[0], reason))
        else:
            able.append((key[0], press.label) if before.what == UNASSIGN else key)
    return done(able, skipped) if able else Told(TAKEN_BACK)


def _undo(world: World, press: Press, before: Press, key: Key) -> str:
    task = world.tasks[key]
    if not task.is_open:
        return why_closed(task)
    if task.last_change.label != before.label:
        return why_changed(task)
    if before.what == ASSIGN:
        world.close(key, "unassigned", press.label, press.by)
    else:
        world.move(key, task.last_change.before, press)
    return ""


def _assign_again(world: World, press: Press, before: Press, key: Key) -> str:
    keys = [*world.tasks]
    since = [each for each in keys[keys.index(key) + 1 :] if each[0] == key[0]]
    reason = world.why_not(key[0])
    if since and not reason.startswith("assigned"):
        return f"assigned once more by {world.tasks[since[-1]].assigned_by}"
    if not reason:
        world.open((key[0], press.label), press, world.tasks[key].due)
    return reason


def _withdraw(world: World, press: Press) -> Told:
    [number] = press.people
    if not world.people[number].is_enrolled:
        return Told("no")
    world.touch(number)
    world.people[number] = replace(world.people[number], is_enrolled=False, was_withdrawn=True)
    _close_what_is_open(world, number, "withdrawn", "withdrawal")
    return Told("yes")


def _deactivate(world: World, press: Press) -> Told:
    [number] = press.people
    if world.people[number].status == "inactive":
        return Told("no")
    world.touch(number)
    world.people[number] = replace(world.people[number], status="inactive")
    _close_what_is_open(world, number, "deactivated", "deactivation")
    return Told("yes")


def _close_what_is_open(world: World, number: int, reason: str, label: str) -> None:
    """It belongs to the same moment: no sweep comes in between."""
    is_swept, world.is_swept = world.is_swept, False
    key = world.open_task(number)
    if key:
        world.close(key, reason, label, NOBODY)
    world.is_swept = is_swept


def _reactivate(world: World, press: Press) -> Told:
    [number] = press.people
    person = world.people[number]
    if person.status != "inactive":
        return Told("no")
    world.touch(number)
    world.people[number] = replace(person, status="active" if person.has_logged_in else "waiting")
    return Told("yes")


def _enroll(world: World, press: Press) -> Told:
    [number] = press.people
    if not world.people[number].has_attended:
        return Told(NOT_ATTENDED)
    world.people[number] = replace(world.people[number], is_enrolled=True, was_withdrawn=False)
    return Told("done")


def _complete(world: World, press: Press) -> Told:
    [number] = press.people
    person = world.people[number]
    if not person.is_enrolled and not person.steps:
        return Told(NOT_OPEN)
    world.touch(number)
    world.people[number] = replace(person, steps=person.steps | {press.step})
    return Told("done")


def _change_plan(world: World, press: Press) -> Told:
    if world.plan != press.seen_plan:
        return Told(OTHER_PLAN)
    with_day = [key for key, task in world.tasks.items() if task.is_open and task.due is not None]
    for number in range(len(world.people)):
        world.touch(number)
    before, world.plan = world.plan, press.plan
    for key in with_day:
        task, person = world.tasks[key], world.people[key[0]]

        def follow(draft: Draft, key: Key = key, task: Task = task, person: Person = person) -> None:
            queue(draft, key, task, person, before, press.day)
            draft.note(key, next_after(press.plan, task.due, press.day))

        world.posts[key[0]] = frozenset(changed(post, follow) for post in world.posts[key[0]])
    return Told("done", count=len(with_day))


def _sweep(world: World, press: Press) -> Told:
    """One that nobody is in the way of; in a world that is swept all the time there is nothing left to say."""
    if not world.is_swept:
        for number, person in enumerate(world.people):
            posts = world.posts[number]
            world.posts[number] = frozenset(settled(post, world.tasks, person, world.plan, press.day) for post in posts)
    return Told("done")


def _bounce(world: World, press: Press) -> Told:
    """The mail server would not take the assignment messages of these people."""

    def fail(draft: Draft) -> None:
        for name, row in draft.rows.items():
            if name[0] == ASSIGNED and row.state == SENT:
                draft.rows[name] = replace(row, state=FAILED)

    for number in press.people:
        world.write(number, fail)
    return Told("done")


_RULES: dict[str, Callable[[World, Press], Told]] = {
    ASSIGN: _assign,
    UNASSIGN: _unassign,
    MOVE: _move,
    TAKE_BACK: _take_back,
    CHANGE_PLAN: _change_plan,
    WITHDRAW: _withdraw,
    ENROLL: _enroll,
    DEACTIVATE: _deactivate,
    REACTIVATE: _reactivate,
    COMPLETE: _complete,
    SWEEP: _sweep,
    BOUNCE: _bounce,
}
_WRITING: dict[str, Callable[[World, Press, Told | None], Told | None]] = {REMIND: remind, SEND_AGAIN: send_again}
_KEPT = frozenset([ASSIGN, UNASSIGN, MOVE, TAKE_BACK, CHANGE_PLAN, REMIND, SEND_AGAIN])
