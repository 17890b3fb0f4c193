"""The judge of a round judges: what no serial order explains is refused, and what one explains is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from .judge import Evidence, Judge, Verdict
from .messages import CANCELLED, FAILED, SENT, WAITING, Draft, Name, Post, Row, changed, settled
from .model import after
from .plan import round_of
from .words import (
    ASSIGN,
    CHANGE_PLAN,
    COMPLETE,
    DEFAULT_PLAN,
    ENROLL,
    MOVE,
    REMIND,
    SWEEP,
    TAKE_BACK,
    TODAY,
    UNASSIGN,
    WITHDRAW,
    Person,
    Press,
    Task,
    Told,
)
from .world import World

LENA, MAX = 0, 1
ADA, ZOE = 0, 1
#: Lena, assigned by Ada before the round begins.
HERS = (LENA, "before")
BEFORE = Press("before", ASSIGN, ADA, people=(LENA,), due=8)


def nobody_assigned() -> World:
    return World([Person(), Person()], DEFAULT_PLAN)


def lena_assigned() -> World:
    return played(nobody_assigned(), BEFORE)[0]


def played(world: World, *presses: Press) -> tuple[World, Sequence[Told]]:
    """One after the other: the world afterwards, and what each was told."""
    told = []
    for press in presses:
        step = after(world, press)
        assert step is not None
        world, answer = step
        told.append(answer)
    return world, told


def evidence(world: World, **otherwise: object) -> Evidence:
    """The tables as this world has them, or otherwise."""
    posts = [next(iter(each)) for each in world.posts]
    return replace(Evidence(world.people, world.plan, world.tasks, posts), **otherwise)  # type: ignore[arg-type]


def judged(before: World, presses: Sequence[Press], told: Sequence[Told], found: Evidence) -> Verdict:
    return Judge(before, presses, told, found).judge(range(len(presses)))


def is_refused(before: World, presses: Sequence[Press], told: Sequence[Told], found: Evidence) -> bool:
    verdict = judged(before, presses, told, found)
    assert verdict.order is not None or verdict.nearest
    return verdict.order is None


ADA_ASSIGNS = Press("ada", ASSIGN, ADA, people=(LENA, MAX), due=8)
ZOE_ASSIGNS = Press("zoe", ASSIGN, ZOE, people=(MAX, LENA), due=4)
ADA_MOVES = Press("ada", MOVE, ADA, seen=((HERS, 1),), due=14)
ZOE_MOVES = Press("zoe", MOVE, ZOE, seen=((HERS, 1),), due=30)
ADA_UNASSIGNS = Press("ada", UNASSIGN, ADA, seen=((HERS, 1),))
WITHDRAWN = Press("operator", WITHDRAW, people=(LENA,))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_either_order_explains_its_own_outcome(order: tuple[int, int]) -> None:
    presses = [ADA_ASSIGNS, ZOE_ASSIGNS]
    world, told = played(nobody_assigned(), *(presses[each] for each in order))
    heard = [told[order.index(each)] for each in (0, 1)]
    assert judged(nobody_assigned(), presses, heard, evidence(world)).order == order


def test_two_who_both_assigned_the_same_person_are_refused() -> None:
    one, told = played(nobody_assigned(), ADA_ASSIGNS)
    other, other_told = played(nobody_assigned(), ZOE_ASSIGNS)
    doubled = evidence(one, tasks=one.tasks | other.tasks)
    assert is_refused(nobody_assigned(), [ADA_ASSIGNS, ZOE_ASSIGNS], [*told, *other_told], doubled)


def test_a_due_day_that_was_silently_overwritten_is_refused() -> None:
    before = lena_assigned()
    world, told = played(before, ADA_MOVES, replace(ZOE_MOVES, seen=((HERS, 2),)))
    assert told[1].changed == {HERS}
    assert is_refused(before, [ADA_MOVES, ZOE_MOVES], told, evidence(world))


def test_who_is_told_of_the_other_change_is_not_overwritten() -> None:
    before = lena_assigned()
    world, told = played(before, ADA_MOVES, ZOE_MOVES)
    assert told[1].skipped == ((LENA, "changed by 0 to 14"),)
    assert judged(before, [ADA_MOVES, ZOE_MOVES], told, evidence(world)).order == (0, 1)


def test_a_due_day_that_two_moved_by_some_days_moves_once() -> None:
    before = lena_assigned()
    both = [replace(each, due=None, days=3) for each in (ADA_MOVES, ZOE_MOVES)]
    world, told = played(before, *both)
    assert (world.tasks[HERS].due, told[1].skipped) == (11, ((LENA, "changed by 0 to 11"),))
    assert is_refused(before, both, [told[0]] * 2, evidence(world))


@pytest.mark.parametrize(
    "wrong", [{"skipped": ((LENA, "changed by 1 to 14"),)}, {"skipped": ()}, {"answer": "ChangedMeanwhile"}], ids=str
)
def test_a_wrong_reason_is_refused(wrong: dict[str, object]) -> None:
    before = lena_assigned()
    world, told = played(before, ADA_MOVES, ZOE_MOVES)
    heard = [told[0], replace(told[1], **wrong)]  # type: ignore[arg-type]
    assert is_refused(before, [ADA_MOVES, ZOE_MOVES], heard, evidence(world))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda task: replace(task, due=8),
        lambda task: replace(task, version=1),
        lambda task: replace(task, history=task.history[:1]),
        lambda task: replace(task, history=(*task.history, task.history[-1])),
        lambda task: replace(task, history=(task.history[0], replace(task.history[1], before=None))),
        lambda task: replace(task, closed="unassigned"),
        lambda task: replace(task, assigned_by=ZOE),
    ],
    ids=["due day", "version", "history too short", "history too long", "day before", "closed", "assigned by"],
)
def test_tables_that_do_not_add_up_are_refused(spoil: Callable[[Task], Task]) -> None:
    before = lena_assigned()
    world, told = played(before, ADA_MOVES)
    assert not is_refused(before, [ADA_MOVES], told, evidence(world))
    assert is_refused(before, [ADA_MOVES], told, evidence(world, tasks={HERS: spoil(world.tasks[HERS])}))


def test_who_was_assigned_although_withdrawn_is_refused() -> None:
    """Both told of success, and both are true for the tables: nobody looked at the other."""
    assigned, told = played(nobody_assigned(), ADA_ASSIGNS)
    withdrawn, other_told = played(nobody_assigned(), WITHDRAWN)
    found = evidence(assigned, people=withdrawn.people)
    assert is_refused(nobody_assigned(), [ADA_ASSIGNS, WITHDRAWN], [*told, *other_told], found)


def test_a_withdrawal_that_closes_what_was_just_assigned_is_not() -> None:
    world, told = played(nobody_assigned(), ADA_ASSIGNS, WITHDRAWN)
    assert world.tasks[LENA, "ada"].closed == "withdrawn"
    assert judged(nobody_assigned(), [WITHDRAWN, ADA_ASSIGNS], told[::-1], evidence(world)).order == (1, 0)


def test_steps_that_were_done_are_there() -> None:
    step = Press("lena", COMPLETE, people=(LENA,), step=1)
    world, told = played(nobody_assigned(), step)
    assert not is_refused(nobody_assigned(), [step], told, evidence(world))
    assert is_refused(nobody_assigned(), [step], told, evidence(nobody_assigned()))


def test_an_enrolment_that_is_lost_is_refused() -> None:
    before, _ = played(nobody_assigned(), WITHDRAWN)
    enrolled = Press("operator again", ENROLL, people=(LENA,))
    world, told = played(before, enrolled)
    assert not is_refused(before, [enrolled], told, evidence(world))
    assert is_refused(before, [enrolled], told, evidence(before))


# The same press twice


def test_a_press_that_arrives_twice_is_done_once_and_told_alike() -> None:
    world, told = played(nobody_assigned(), ADA_ASSIGNS, ADA_ASSIGNS)
    assert told[0] == told[1]
    assert not is_refused(nobody_assigned(), [ADA_ASSIGNS] * 2, told, evidence(world))
    skipped = Told("done", skipped=((LENA, "assigned by 0"), (MAX, "assigned by 0")))
    assert is_refused(nobody_assigned(), [ADA_ASSIGNS] * 2, [told[0], skipped], evidence(world))


def test_the_same_label_with_other_content_is_to_be_refused() -> None:
    other = replace(ADA_ASSIGNS, due=9)
    world, told = played(nobody_assigned(), ADA_ASSIGNS, other)
    assert told[1] == Told("RepeatedWithOtherContent")
    assert not is_refused(nobody_assigned(), [ADA_ASSIGNS, other], told, evidence(world))
    assert is_refused(nobody_assigned(), [ADA_ASSIGNS, other], [told[0]] * 2, evidence(world))


def test_a_plan_that_was_replaced_is_not_told_to_be_saved_when_it_arrives_again() -> None:
    first = Press("first", CHANGE_PLAN, ADA, plan=frozenset([7]), seen_plan=DEFAULT_PLAN)
    second = Press("second", CHANGE_PLAN, ZOE, plan=frozenset([3]), seen_plan=first.plan)
    _, told = played(nobody_assigned(), first, first, second, first)
    assert [each.answer for each in told] == ["done", "done", "done", "ChangedMeanwhile"]


def test_what_two_have_taken_back_is_refused() -> None:
    before = lena_assigned()
    both = [Press(label, TAKE_BACK, by, takes_back="before") for label, by in (("ada", ADA), ("zoe", ZOE))]
    world, told = played(before, *both)
    assert [each.answer for each in told] == ["done", "CannotBeTakenBack"]
    assert not is_refused(before, both, told, evidence(world))
    assert is_refused(before, both, [told[0], Told("done", skipped=((LENA, "unassigned by 0"),))], evidence(world))


def test_what_was_changed_since_is_not_taken_back() -> None:
    before = lena_assigned()
    back = Press("zoe", TAKE_BACK, ZOE, takes_back="before")
    _, told = played(before, ADA_MOVES, back)
    assert told[1] == Told("CannotBeTakenBack")
    unassigned, other_told = played(before, back)
    assert is_refused(before, [ADA_MOVES, back], [told[0], other_told[0]], evidence(unassigned))


def test_a_file_says_how_the_person_stands_now() -> None:
    before = lena_assigned()
    again = Press("again", ASSIGN, ZOE, people=(LENA,), due=30)
    unassigns = replace(ADA_UNASSIGNS, label="file", by_file=True)
    assert played(before, ADA_UNASSIGNS, unassigns)[1][1].skipped == ((LENA, "not assigned"),)
    assert played(before, ADA_UNASSIGNS, again, unassigns)[1][2].skipped == ((LENA, "assigned once more by 1"),)

    moves = replace(ADA_MOVES, label="file", by_file=True)
    assert played(before, moves)[1][0].changed == {HERS}
    assert played(before, ADA_UNASSIGNS, moves)[1][1].skipped == ((LENA, "not assigned"),)
    assert played(before, ADA_UNASSIGNS, again, moves)[1][2].skipped == ((LENA, "changed by 1 to 30"),)
    assert played(before, ADA_MOVES, moves)[1][1].skipped == ((LENA, "due then already"),)
    assert played(before, ZOE_MOVES, moves)[1][1].skipped == ((LENA, "changed by 1 to 30"),)


def test_a_file_that_goes_over_what_was_changed_since_is_refused() -> None:
    before = lena_assigned()
    moves = replace(ADA_MOVES, label="file", by_file=True)
    _, told = played(before, ZOE_MOVES, moves)
    over, _ = played(before, moves)
    assert is_refused(before, [ZOE_MOVES, moves], [told[0], Told("done", frozenset([HERS]))], evidence(over))


# Messages


def with_post(world: World, change: Callable[[Draft], object]) -> Evidence:
    """The tables of a world with something else in Lena's mailbox."""
    [post] = world.posts[LENA]
    return evidence(world, posts=[changed(post, change), *(next(iter(each)) for each in world.posts[1:])])


def test_whoever_is_assigned_has_a_message_and_one() -> None:
    world, told = played(nobody_assigned(), ADA_ASSIGNS)
    name = ("assigned", (LENA, "ada"))
    assert is_refused(nobody_assigned(), [ADA_ASSIGNS], told, with_post(world, lambda draft: draft.rows.pop(name)))
    second = {("assigned", (LENA, "ada"), 2): Row(WAITING, (LENA, "ada"), TODAY)}
    assert is_refused(nobody_assigned(), [ADA_ASSIGNS], told, with_post(world, lambda draft: draft.rows.update(second)))


def test_the_message_of_whoever_is_unassigned_is_cancelled() -> None:
    before = lena_assigned()
    world, told = played(before, ADA_UNASSIGNS)
    name = ("assigned", HERS)
    assert [row.state for post in world.posts[LENA] for _, row in post.rows] == [CANCELLED]
    kept = with_post(world, lambda draft: draft.rows.update({name: Row(WAITING, HERS, TODAY)}))
    assert is_refused(before, [ADA_UNASSIGNS], told, kept)


def test_two_who_both_reminded_the_same_person_are_refused() -> None:
    before = lena_assigned()
    both = [Press(label, REMIND, by, seen=((HERS, 1),)) for label, by in (("ada", ADA), ("zoe", ZOE))]
    world, told = played(before, *both)
    assert told[1].skipped == ((LENA, "reminded"),)
    assert not is_refused(before, both, told, evidence(world))
    assert is_refused(before, both, [told[0]] * 2, evidence(world))


@pytest.mark.parametrize(
    ("name", "why_not"),
    [(("reminder", HERS, 8, 8), ()), (("remind_now", TODAY), ((LENA, "reminder failed"),))],
)
def test_a_reminder_that_failed_counts_only_where_it_was_pressed(name: Name, why_not: Sequence[object]) -> None:
    before = lena_assigned()
    failed = {name: Row(FAILED, HERS, TODAY)}
    before.posts[LENA] = frozenset(
        changed(post, lambda draft: draft.rows.update(failed)) for post in before.posts[LENA]
    )
    _, [told] = played(before, Press("ada", REMIND, ADA, seen=((HERS, 1),)))
    assert told.skipped == why_not


def swept(world: World) -> Evidence:
    [post] = world.posts[LENA]
    after_sweep = settled(post, world.tasks, world.people[LENA], world.plan, TODAY)
    return evidence(world, posts=[after_sweep, Post()])


def test_a_sweep_beside_a_press_may_have_come_before_it_or_after_it_or_not_at_all() -> None:
    before = lena_assigned()
    soon = replace(ADA_MOVES, due=4)
    world, told = played(before, soon)
    before.is_swept = True
    presses = [soon, Press("sweep", SWEEP)]
    heard = [*told, Told("done")]
    assert not is_refused(before, presses, heard, evidence(world))
    assert not is_refused(before, presses, heard, swept(world))
    assert {row.state for _, row in swept(world).posts[LENA].rows} == {SENT}


def test_without_a_sweep_nothing_goes_out() -> None:
    before = lena_assigned()
    soon = replace(ADA_MOVES, due=4)
    world, told = played(before, soon)
    assert is_refused(before, [soon], told, swept(world))


def test_a_reminder_of_a_day_that_never_was_due_is_refused() -> None:
    before = lena_assigned()
    world, told = played(before, ADA_MOVES)
    before.is_swept = True
    reminded = {("reminder", HERS, 3, 5): Row(WAITING, HERS, TODAY)}
    assert is_refused(before, [ADA_MOVES], told, with_post(world, lambda draft: draft.rows.update(reminded)))


def test_a_sweep_that_forgets_the_next_reminder_is_refused() -> None:
    before = lena_assigned()
    world, told = played(before, ADA_MOVES)
    before.is_swept = True
    assert is_refused(before, [ADA_MOVES], told, with_post(world, lambda draft: draft.nexts.clear()))


def test_one_order_of_each_round_is_found_at_once_when_it_was_the_order() -> None:
    for number in range(60):
        round_ = round_of(5, number)
        if not round_.is_swept:
            world, told = played(round_.before, *round_.presses)
            verdict = judged(round_.before, round_.presses, told, evidence(world))
            assert verdict.tried == len(round_.presses)
