"""Builds with one promise broken on purpose: the judge is worth something only if it catches each of them.

They are made as those of the fault campaign are: the product's own code with a few texts exchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults import breakages
from tests.faults.breakages import Exchange

ASSIGN = "assignments/services/assign.py"
DUE_DATES = "assignments/services/due_dates.py"
MESSAGES = "assignments/services/messages.py"
MODELS = "assignments/models/assigning.py"
OPERATIONS = "assignments/services/operations.py"
PEOPLE_ASKED = "accounts/querysets.py"
ASSIGNMENTS_ASKED = "assignments/querysets/assigning.py"
TAKE_BACK = "assignments/services/take_back.py"
TRAINING = "certifications/services.py"
FILES = "assignments/services/uploads_carried_out.py"
FIRST_MIGRATION = "assignments/migrations/0001_initial.py"

_LOCKED = 'order_by("pk").select_for_update(no_key=True, of=("self",))'
_IN_ANY_ORDER = 'order_by("?").select_for_update(no_key=True, of=("self",))'


@dataclass(frozen=True)
class Breakage:
    """A build that breaks a promise, and how many rounds it is given to be caught in."""

    name: str
    exchanges: Sequence[Exchange]
    rounds: int = 600

    def build(self, source: Path, folder: Path) -> Path:
        """The broken copy of the tree `source`. Raises LookupError when there is nothing to exchange."""
        return breakages.Breakage(self.name, self.exchanges, ()).build(source, folder)


BREAKAGES = [
    Breakage(
        "locks in no fixed order",
        [Exchange(PEOPLE_ASKED, _LOCKED, _IN_ANY_ORDER), Exchange(ASSIGNMENTS_ASKED, _LOCKED, _IN_ANY_ORDER)],
    ),
    Breakage("nobody asks for the version", [Exchange(DUE_DATES, "elif seen[pk] == version:", "elif seen[pk]:")]),
    Breakage(
        "no unique op_id",  # every arrival is a press of its own
        [
            Exchange(MODELS, 'fields=["company", "op_id"], name=', 'fields=["company", "op_id", "id"], name='),
            Exchange(FIRST_MIGRATION, 'fields=("company", "op_id"), name=', 'fields=("company", "op_id", "id"), name='),
        ],
    ),
    Breakage("nobody locks whom they assign", [Exchange(ASSIGN, "        lock_learners(learners)\n", "")]),
    Breakage(
        "a withdrawal locks nobody",  # open for the few statements between its end and that of somebody's assigning
        [Exchange(TRAINING, "    _lock(person)\n    # Whoever", "    # Whoever")],
        rounds=3000,
    ),
    Breakage(
        "no unique open assignment",
        [
            Exchange(ASSIGN, "        lock_learners(learners)\n", ""),
            Exchange(ASSIGN, "ON CONFLICT (learner_id, certification_id) WHERE closed_at IS NULL DO NOTHING", ""),
            Exchange(MODELS, 'fields=["learner", "certification"],', 'fields=["learner", "certification", "id"],'),
            Exchange(
                FIRST_MIGRATION, 'fields=("learner", "certification"),', 'fields=("learner", "certification", "id"),'
            ),
        ],
    ),
    Breakage(
        "no ON CONFLICT",
        [
            Exchange(ASSIGN, "        lock_learners(learners)\n", ""),
            Exchange(ASSIGN, "ON CONFLICT (learner_id, certification_id) WHERE closed_at IS NULL DO NOTHING", ""),
        ],
    ),
    Breakage(
        "nobody locks what they change",
        [Exchange(ASSIGNMENTS_ASKED, _LOCKED, 'order_by("pk")')],
    ),
    Breakage(
        "taken back over what was changed since",
        [Exchange(TAKE_BACK, "operation.changes.not_overtaken()", "operation.changes")],
    ),
    Breakage(
        "sent again without asking once more",
        [Exchange(MESSAGES, "_failed(held, operation.company_id).values_list", "held.values_list")],
    ),
    Breakage("a file is not judged again when it is pressed", [Exchange(FILES, "    judge(upload, at=at)\n", "")]),
    Breakage("a file does not ask for the version", [Exchange(FILES, "seen.get(pk) != version]", "pk not in seen]")]),
    Breakage(
        "a press does not hold the plan of reminders",
        [Exchange(OPERATIONS, "    hold_company(company.pk)", "    pass")],
    ),
]
