"""What became of what was intended: intentions against the mail server's ledger and the rows of the bell. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from .intentions import Intention, Key
from .ledger import Accepted, Refusal
from .plan import Phase

# Seconds between the question whether a message is still wanted and its MAIL FROM, at the most.
TOLERANCE = 2.0
UNANSWERED, KILLED, STOPPED, UNEXPLAINED = "unanswered", "killed", "stopped", "unexplained"


@dataclass
class Row:
    """One kind of fault. `copies` at the relay, by what explains them."""

    kind: str
    faults: int = 0
    intended: int = 0
    accepted: int = 0
    refused: int = 0
    lost: int = 0
    doubled_visibly: int = 0
    copies: Counter[str] = field(default_factory=Counter)
    unexpected: int = 0
    late: int = 0
    bell_missing: int = 0
    bell_doubled: int = 0
    waits: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_kept(self) -> bool:
        """Whether the promises of docs/reliability.md were, but for the time it took."""
        broken = self.lost, self.doubled_visibly, self.unexpected, self.bell_missing, self.bell_doubled
        return not any(broken) and not self.copies[UNEXPLAINED]


@dataclass
class Evidence:
    """All that a judgement goes by. `bell`: rows by what they are about; `killed`, `stopped`: how many processes of
    each name.
    """

    intentions: Mapping[Key, Intention]
    accepted: Sequence[Accepted]
    refusals: Sequence[Refusal]
    bell: Mapping[tuple[str, int, str], int]
    killed: Mapping[str, int]
    stopped: Mapping[str, int]


@dataclass(frozen=True)
class Past:
    """How a phase went: how many faults struck, when it began, and when the last of them was healed."""

    phase: Phase
    faults: int
    began_at: float
    healed_at: float


class Judge:
    def __init__(self, pasts: Sequence[Past], evidence: Evidence) -> None:
        self._pasts = {past.phase.key: past for past in pasts}
        self._evidence = evidence
        self._killed, self._stopped = Counter(evidence.killed), Counter(evidence.stopped)
        self._refused = Counter(refusal.to for refusal in evidence.refusals)
        self.rows: dict[str, Row] = {}
        for past in pasts:
            row = self.rows.setdefault(past.phase.name, Row(past.phase.name))
            row.faults += past.faults

    def judge(self) -> list[Row]:
        arrived: dict[Key, list[Accepted]] = defaultdict(list)
        for one in self._evidence.accepted:
            key = one.kind, one.to, one.name, one.due_on if one.kind == "reminder" else None
            arrived[key].append(one)
        for key in arrived:
            self._judge_arrived(key, arrived[key])
        for intention in self._evidence.intentions.values():
            self._judge_intention(intention, arrived.get(intention.key, []))
        return list(self.rows.values())

    def _past(self, name: str) -> Past:
        return self._pasts[" ".join(name.split()[:2])]

    def _row(self, name: str) -> Row:
        return self.rows[self._past(name).phase.name]

    def _judge_arrived(self, key: Key, copies: Sequence[Accepted]) -> None:
        row, intention = self._row(key[2]), self._evidence.intentions.get(key)
        wrong = [one for one in copies if not (intention and intention.allows(one.begun_at, tolerance=TOLERANCE))]
        row.unexpected += len(wrong)
        row.notes += [f"unexpected: {key} by {one.by} at {one.begun_at:.3f}" for one in wrong]
        identities = {one.message_id for one in copies}
        row.doubled_visibly += len(identities) - 1
        for identity in identities:
            self._judge_copies(row, [one for one in copies if one.message_id == identity])

    def _judge_copies(self, row: Row, same: Sequence[Accepted]) -> None:
        for before, copy in pairwise(same):
            cause = self._cause(before, copy)
            row.copies[cause] += 1
            if cause == UNEXPLAINED:
                gap = copy.accepted_at - before.accepted_at
                row.notes.append(f"copy: {copy.kind} to {copy.to} by {before.by}, {gap:.1f} s later by {copy.by}")

    def _cause(self, before: Accepted, copy: Accepted) -> str:
        """A killed or stopped process explains one copy, an answer that was not given explains the next one."""
        if not before.is_answered:
            return UNANSWERED
        for suspects, senders, cause in [
            (self._killed, {before.by}, KILLED),
            (self._stopped, {before.by, copy.by}, STOPPED),
        ]:
            for sender in senders:
                if suspects[sender] > 0:
                    suspects[sender] -= 1
                    return cause
        return UNEXPLAINED

    def _judge_intention(self, intention: Intention, copies: Sequence[Accepted]) -> None:
        due_at = intention.must_at
        if due_at is None:
            return
        row = self._row(intention.key[2])
        row.intended += 1
        self._judge_bell(row, intention)
        if copies:
            row.accepted += 1
            self._judge_wait(row, intention, due_at, copies[0].accepted_at)
        elif self._refused[intention.key[1]] > 0:
            self._refused[intention.key[1]] -= 1
            row.refused += 1
        else:
            row.lost += 1
            row.notes.append(f"lost: {intention.key}, assignment {intention.assignment}")

    def _judge_wait(self, row: Row, intention: Intention, due_at: float, accepted_at: float) -> None:
        row.waits.append(accepted_at - due_at)
        row.late += accepted_at > self._promised_until(due_at, accepted_at, self._past(intention.key[2]))

    def _promised_until(self, due_at: float, accepted_at: float, own: Past) -> float:
        """Counted from the end of whichever fault came between: a message may still wait when the next phase begins."""
        met = [past for past in self._pasts.values() if past.began_at < accepted_at and past.healed_at > due_at]
        return max(max(due_at, past.healed_at) + past.phase.kind.promised for past in [own, *met])

    def _judge_bell(self, row: Row, intention: Intention) -> None:
        kind, _, _, due_on = intention.key
        rows = self._evidence.bell.get((kind, intention.assignment, str(due_on or "")), 0)
        row.bell_missing += rows == 0
        row.bell_doubled += max(0, rows - 1)
