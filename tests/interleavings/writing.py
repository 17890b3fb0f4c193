"""What the rules say about writing to people at an admin's wish. Whether it does anything depends on messages, and
these on sweeps: what was told says which of the possible worlds it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .messages import FAILED, REMIND_NOW, SENT, WAITING, Draft, Post
from .words import Change, Key, Press, Told
from .world import World, done, why_closed


def remind(world: World, press: Press, told: Told | None) -> Told | None:
    def judge(draft: Draft, key: Key) -> str:
        if world.people[key[0]].has_completed:
            return "completed"
        why_not = draft.why_not_reminded(key, press.day)
        if not why_not:
            draft.promise((REMIND_NOW, press.day), key, press.day)
        return why_not

    return _write_to_each(world, press, told, "reminded", judge)


def send_again(world: World, press: Press, told: Told | None) -> Told | None:
    def judge(draft: Draft, key: Key) -> str:
        states = draft.states(key)
        if FAILED in states:
            draft.send_again(key)
            return ""
        return "waits" if WAITING in states else "was sent" if SENT in states else "did not fail"

    return _write_to_each(world, press, told, "sent_again", judge)


def _write_to_each(
    world: World, press: Press, told: Told | None, kind: str, judge: Callable[[Draft, Key], str]
) -> Told | None:
    """Of what the posts may look like, those stay that agree with what was told; None when there are none."""
    found: list[frozenset[tuple[tuple[Key, str], ...]]] = []
    for number in sorted({key[0] for key, _ in press.seen}):
        keys = sorted(key for key, _ in press.seen if key[0] == number)
        world.touch(number)
        kept: dict[tuple[tuple[Key, str], ...], set[Post]] = {}
        for post in world.posts[number]:
            draft = Draft(post)
            reasons = tuple(
                (key, judge(draft, key) if world.tasks[key].is_open else why_closed(world.tasks[key])) for key in keys
            )
            if told is None or _agree(reasons, told):
                kept.setdefault(reasons, set()).add(draft.done())
        if not kept:
            return None
        found.append(frozenset(kept))
        world.posts[number] = frozenset(post for posts in kept.values() for post in posts)
    told_of = [each for options in found for each in min(options)]
    able = [key for key, reason in told_of if not reason]
    for key in able:
        world.keep(key, Change(kind, press.label, press.by))
    return done(able, ((key[0], reason) for key, reason in told_of if reason))


def _agree(reasons: Iterable[tuple[Key, str]], told: Told) -> bool:
    return all(
        key in told.changed if not reason else key not in told.changed and (key[0], reason) in told.skipped
        for key, reason in reasons
    )
