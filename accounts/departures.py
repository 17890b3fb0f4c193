"""The hook for what else ends when a person is deactivated.

An app of a higher floor registers in its `AppConfig.ready()`; `services.deactivate` calls each
function inside its own transaction, so that either everything ends or nothing does.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.core.checks import CheckMessage, Error

from .models import User


class Departure(Protocol):
    def __call__(self, *, person: User, by: User | None, at: datetime) -> None: ...


_registered: list[Departure] = []


def register(departure: Departure) -> None:
    if departure not in _registered:
        _registered.append(departure)


def announce(*, person: User, by: User | None, at: datetime) -> None:
    for departure in _registered:
        departure(person=person, by=by, at=at)


def check_registered(**_: object) -> list[CheckMessage]:
    """A system check: with nobody registered, deactivated people would keep their assignments."""
    if _registered:
        return []
    return [Error("No app has registered with accounts.departures.", id="accounts.E001")]
