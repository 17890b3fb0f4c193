"""The judge of a campaign judges: everything that may go wrong is seen, and what explains a copy is used up once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from .breakages import BREAKAGES, Breakage
from .intentions import FOR_EVER, Assignment, Change, Intention, Key, Window, _windows, read
from .ledger import Accepted, Refusal
from .plan import FAILPOINTS, KINDS, SIZES, Phase, phases
from .verdict import KILLED, STOPPED, UNANSWERED, UNEXPLAINED, Evidence, Judge, Past, Row

TREE = Path(__file__).resolve().parents[2]
NONE = KINDS["none"]
PHASE = Phase(0, "none", NONE, ())
KEY: Key = ("assigned", "lena@meridian.example", "Phase 000 1", None)
MAIL = Accepted(
    message_id="<1>",
    kind="assigned",
    name="Phase 000 1",
    due_on=None,
    to="lena@meridian.example",
    by="worker-1",
    connection=1,
    begun_at=101.0,
    accepted_at=101.0,
    is_answered=True,
)


def judged(
    *accepted: Accepted,
    ends_at: float = FOR_EVER,
    bell: int = 1,
    refusals: Sequence[Refusal] = (),
    killed: int = 0,
    stopped: int = 0,
) -> Row:
    """What is said of one message that is intended from second 100 on, after this has become of it."""
    evidence = Evidence(
        intentions={KEY: Intention(KEY, 1, [Window(100.0, ends_at, 100.0)])},
        accepted=accepted,
        refusals=refusals,
        bell={("assigned", 1, ""): bell},
        killed={"worker-1": killed},
        stopped={"worker-1": stopped},
    )
    [row] = Judge([Past(PHASE, 0, 90.0, 90.0)], evidence).judge()
    return row


def copy(**changes: object) -> Accepted:
    return replace(MAIL, accepted_at=102.0, begun_at=102.0, by="worker-2", **changes)  # type: ignore[arg-type]


def test_what_arrived_once_and_in_time_is_kept() -> None:
    row = judged(MAIL)
    assert (row.intended, row.accepted, row.late, row.waits) == (1, 1, 0, [1.0])
    assert row.is_kept


def test_what_did_not_arrive_is_lost() -> None:
    assert judged().lost == 1
    assert not judged().is_kept


def test_what_the_server_refused_is_not_lost() -> None:
    row = judged(refusals=[Refusal(MAIL.to, 101.0)])
    assert (row.lost, row.refused, row.is_kept) == (0, 1, True)


def test_two_identities_of_one_message_are_seen_by_its_reader() -> None:
    row = judged(MAIL, copy(message_id="<2>"))
    assert row.doubled_visibly == 1
    assert not row.is_kept


@pytest.mark.parametrize(
    ("cause", "answered", "killed", "stopped"),
    [(UNANSWERED, False, 0, 0), (KILLED, True, 1, 0), (STOPPED, True, 0, 1)],
)
def test_a_copy_with_a_cause_is_explained_once(cause: str, answered: bool, killed: int, stopped: int) -> None:
    first = replace(MAIL, is_answered=answered)
    assert judged(first, copy(), killed=killed, stopped=stopped).copies == {cause: 1}
    twice = judged(first, copy(), copy(), killed=killed, stopped=stopped)
    assert twice.copies == {cause: 1, UNEXPLAINED: 1}
    assert not twice.is_kept


def test_what_goes_out_after_it_was_taken_back_is_unexpected() -> None:
    assert judged(MAIL, ends_at=100.5).unexpected == 0  # within the tolerance
    late = replace(MAIL, begun_at=103.0, accepted_at=103.0)
    assert judged(late, ends_at=100.5).unexpected == 1


def test_what_was_never_intended_is_unexpected() -> None:
    assert judged(MAIL, replace(MAIL, to="max@meridian.example")).unexpected == 1


@pytest.mark.parametrize(("bell", "missing", "doubled"), [(0, 1, 0), (1, 0, 0), (2, 0, 1)])
def test_the_bell_shows_it_once(bell: int, missing: int, doubled: int) -> None:
    row = judged(MAIL, bell=bell)
    assert (row.bell_missing, row.bell_doubled) == (missing, doubled)
    assert row.is_kept == (bell == 1)


def test_later_than_its_kind_of_fault_promises_is_late() -> None:
    assert judged(replace(MAIL, accepted_at=100 + NONE.promised + 1)).late == 1


# What was intended

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC).timestamp()
TODAY = date(2027, 3, 1)


def changed(kind: str, days: int | None, *, after: float) -> Change:
    due_on = None if days is None else TODAY + timedelta(days)
    return Change(kind, due_on, NOON + after, NOON + after + 0.1)


def windows(*changes: Change, completed_at: float = FOR_EVER) -> list[tuple[str, date | None, float, float]]:
    one = Assignment(1, "Phase 000 1", MAIL.to, BERLIN, completed_at, changes)
    found = [(key, window) for key, window in _windows(one, [])]
    return [(key[0], key[3], window.begins_at - NOON, window.ends_at - NOON) for key, window in found]


def test_an_assignment_is_told_until_it_ends() -> None:
    assert windows(changed("assigned", None, after=0)) == [("assigned", None, 0.0, FOR_EVER)]
    ended = windows(changed("assigned", None, after=0), changed("unassigned", None, after=7))
    assert ended == [("assigned", None, 0.0, pytest.approx(7.1))]


def test_a_reminder_is_due_five_days_before_at_eight_and_none_is_on_that_day_or_later() -> None:
    [_, reminder] = windows(changed("assigned", 6, after=0))
    assert reminder == ("reminder", TODAY + timedelta(6), 19 * 3600, FOR_EVER)  # eight in Berlin is seven in UTC
    assert len(windows(changed("assigned", 5, after=0))) == 1


def test_a_day_moved_to_one_whose_moment_has_passed_is_told_at_once_and_until_it_moves_again() -> None:
    told = windows(changed("assigned", 30, after=0), changed("due_date", 3, after=5), changed("due_date", 30, after=9))
    assert ("reminder", TODAY + timedelta(3), 5.0, pytest.approx(9.1)) in told


def test_what_is_moved_beside_the_last_sweep_with_another_clock_may_go_out_and_need_not() -> None:
    """It may have been committed too late for that sweep, and by the real clock its moment is still to come."""
    moved = changed("due_date", 6, after=5)
    rows = iter([[(1, KEY[2], MAIL.to, "Europe/Berlin", None)], [(1, *vars(moved).values())]])
    ahead = (NOON + 4, datetime(2027, 3, 3, tzinfo=UTC))
    found = read(lambda _: next(rows), [ahead], until=NOON + 60)
    reminder = found["reminder", MAIL.to, KEY[2], TODAY + timedelta(6)]
    assert reminder.allows(NOON + 6, tolerance=0)
    assert reminder.must_at is None


# The plan, and the builds that must be caught


def test_the_same_seed_plays_the_same_faults() -> None:
    assert phases(7, SIZES["ci"]) == phases(7, SIZES["ci"])
    assert phases(7, SIZES["ci"]) != phases(8, SIZES["ci"])


def test_a_campaign_of_the_sizes_that_are_promised_has_enough_faults() -> None:
    for name, least in (("ci", 40), ("long", 300)):
        assert sum(len(phase.faults) for phase in phases(1, SIZES[name])) >= least


def test_every_failpoint_is_died_at() -> None:
    details = [fault.detail for phase in phases(1, SIZES["ci"]) for fault in phase.faults if fault.what == "failpoint"]
    assert {detail.partition("=")[0] for detail in details} == set(FAILPOINTS)


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda each: each.name)
def test_every_broken_build_still_breaks_something(breakage: Breakage) -> None:
    for each in breakage.exchanges:
        assert each.old in (TREE / each.path).read_text()
