"""The plan of a run: the same by the same seed, as large as promised, everything in it; and the builds to be caught."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from .__main__ import SIZES
from .breakages import BREAKAGES, Breakage
from .plan import round_of
from .words import ASSIGN, MOVE, OF_ADMINS, UNASSIGN

TREE = Path(__file__).resolve().parents[2]


def test_the_same_seed_plays_the_same_round() -> None:
    assert round_of(7, 3) == round_of(7, 3)
    assert round_of(7, 3) != round_of(8, 3)


def test_rounds_are_as_large_and_as_many_as_promised() -> None:
    assert SIZES["long"] >= 10_000
    assert SIZES["ci"] >= 200
    rounds = [round_of(1, number) for number in range(SIZES["ci"])]
    assert {len(each.presses) for each in rounds} == set(range(2, 9))
    assert {len(each.people) for each in rounds} == set(range(4, 11))


def test_everything_is_pressed_and_what_admins_press_by_the_web_too() -> None:
    presses = [press for number in range(SIZES["ci"]) for press in round_of(1, number).presses]
    of_each = Counter(press.what for press in presses)
    assert len(of_each) == 13
    assert min(of_each.values()) >= 15
    assert {press.what for press in presses if press.by_web} == set(OF_ADMINS)
    assert {(press.what, press.by_web) for press in presses if press.by_file} == {
        (what, by_web) for what in (ASSIGN, UNASSIGN, MOVE) for by_web in (True, False)
    }


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda each: each.name)
def test_every_broken_build_still_breaks_something(breakage: Breakage) -> None:
    for each in breakage.exchanges:
        assert each.old in (TREE / each.path).read_text()
