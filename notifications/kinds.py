"""The hook by which an app tells the post office what its messages are about.

A higher floor registers a `Kind` in its `AppConfig.ready()`; the post office asks it, just before
sending, whether the message is still wanted, and how it reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .models import Notification


@dataclass(frozen=True)
class Kind:
    """One kind of message. A *subject* is whatever its messages are about, loaded afresh each time.

    templates     a prefix: <prefix>.subject.txt, <prefix>.txt, <prefix>.html for the email and
                  <prefix>.bell.html for one line in the bell
    subjects      the subjects of many notifications by the notification's pk, in a constant number
                  of queries; one that is gone is left out
    still_wanted  whether to send it at this aware instant
    ends_at       the aware instant after which it is pointless to try any longer
    describe      the templates' variables, for the aware instant of sending
    path          where the bell entry and the email's button lead; None leaves the entry out of the bell
    place         of a message among several that would say the same: what they speak of, and which of them it is, in an
                  order that can be compared. Of those of kinds with the same `place` only the last is wanted
    optional_as   what its emails are called where their reader may switch them off; empty: they always come
    concerns      whether a person can get such a message as things are, so that the switch means something to them
    """

    name: str
    templates: str
    subjects: Callable[[Sequence[Notification]], Mapping[int, Any]]
    still_wanted: Callable[[Notification, Any, datetime], bool]
    ends_at: Callable[[Notification, Any], datetime]
    describe: Callable[[Notification, Any, datetime], dict[str, Any]]
    path: Callable[[Notification, Any], str | None]
    place: Callable[[Notification], tuple[Any, Any]] | None = None
    optional_as: str = ""
    concerns: Callable[[Any], bool] = lambda person: True


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.name] = kind


def named(name: str) -> Kind:
    """The kind of that name. Raises LookupError for a name that nobody registered."""
    return _kinds[name]


def alike(kind: Kind) -> list[str]:
    """The names of the kinds whose messages take each other's place, this one's among them."""
    return [each.name for each in _kinds.values() if each.place is kind.place]


def names() -> list[str]:
    return sorted(_kinds)


def optional() -> list[Kind]:
    """Those whose emails their reader may switch off, in the order in which they were registered."""
    return [kind for kind in _kinds.values() if kind.optional_as]
