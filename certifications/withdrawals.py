"""The hook for what else ends when somebody is withdrawn from a Fast Start Program.

An app of a higher floor registers in its `AppConfig.ready()`; `services.withdraw` calls each
function inside its own transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.core.checks import CheckMessage, Error

from accounts.models import User

from .models import FastStartProgram


class Withdrawal(Protocol):
    def __call__(self, *, person: User, program: FastStartProgram, by: User | None, at: datetime) -> None: ...


_registered: list[Withdrawal] = []


def register(withdrawal: Withdrawal) -> None:
    if withdrawal not in _registered:
        _registered.append(withdrawal)


def announce(*, person: User, program: FastStartProgram, by: User | None, at: datetime) -> None:
    for withdrawal in _registered:
        withdrawal(person=person, program=program, by=by, at=at)


def check_registered(**_: object) -> list[CheckMessage]:
    """A system check: with nobody registered, withdrawn people would keep their assignments."""
    if _registered:
        return []
    return [Error("No app has registered with certifications.withdrawals.", id="certifications.E001")]
