"""A kind of message that is about a person, and a mail server to lose it at.

What the tests change of a person decides what becomes of the message: `subject_of` reads them afresh.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Concat, JSONObject

from accounts.models import User
from notifications import doorbell, kinds, services
from notifications.models import Notification

from .sink import Sink

NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
TRIED_FOR = timedelta(days=3)
UNWRITABLE = "unwritable"  # the title of a person for whom no message can be written


def _subjects(notifications: Sequence[Notification]) -> Mapping[int, User]:
    people = User.objects.in_bulk([notification.context["person"] for notification in notifications])
    about = {notification.pk: notification.context["person"] for notification in notifications}
    return {pk: people[person] for pk, person in about.items() if person in people}


def _describe(notification: Notification, person: User, at: datetime) -> dict[str, Any]:
    if person.title == UNWRITABLE:
        raise ValueError(person.title)
    return {
        "recipient": person,
        "company_name": "Meridian Systems",
        "certification_title": person.region or "Command of the Message",
        "assignment_name": "Spring round",
        "is_assigned": True,
        "steps_total": 6,
        "steps_done": 2,
        "steps_left": 4,
        "due_on": date(2027, 3, 9),
        "reminder_on": date(2027, 3, 4),
        "assigned_by_name": "Ada Ekström",
        "assigned_on": date(2027, 3, 1),
        "zone_name": "New York",
        "url": "http://127.0.0.1:8000/enroll/certifications/command-of-the-message/",
        "today": date(2027, 3, 1),
    }


GREETING = kinds.Kind(
    name="greeting",
    templates="assignments/email/assigned",
    subjects=_subjects,
    still_wanted=lambda notification, person, at: person.status == User.Status.ACTIVE,
    ends_at=lambda notification, person: notification.created_at + TRIED_FOR,
    describe=_describe,
    path=lambda notification, person: "/account/profile/",
)
#: The same, but for that its reader may switch its emails off.
NUDGE = replace(GREETING, name="nudge", optional_as="Nudges")


@pytest.fixture(autouse=True)
def greeting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kinds of every message here; the ones of the product stay as they are."""
    for kind in (GREETING, NUDGE):
        monkeypatch.setitem(kinds._kinds, kind.name, kind)


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rings that were published, in place of a broker."""
    heard: list[str] = []
    monkeypatch.setattr(doorbell, "_quiet_until", 0.0)
    monkeypatch.setattr(doorbell.current_app, "send_task", lambda name, **options: heard.append(name))
    return heard


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A mail server on a socket of this machine, which the settings point to."""
    running = Sink()
    settings.EMAIL_BACKEND = "notifications.smtp.EmailBackend"
    # Seconds: it is a thread of this process, which may be held up.
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", running.port, 10.0
    yield running
    running.close()


def keyed(people: QuerySet[User]) -> Any:
    return people.annotate(key=Concat(Value("greeting:"), Cast("pk", CharField())))


def greeted(*people: User, lane: str = "meridian") -> Any:
    """The rows of `promise` for these people."""
    rows = keyed(User.objects.filter(pk__in=[person.pk for person in people]))
    said = {
        "context": JSONObject(person=F("pk")),
        "lane": Value(lane, CharField()),
        "about": Concat(Value("person:"), Cast("pk", CharField())),
    }
    return rows.annotate(**said).values_list("pk", "key", "context", "lane", "about")


def about(*people: User) -> Any:
    """What the promises to these people are about, as `cancel` takes it."""
    named = User.objects.filter(pk__in=[person.pk for person in people])
    return named.annotate(about=Concat(Value("person:"), Cast("pk", CharField()))).values_list("about", flat=True)


def keys_of(*people: User) -> Any:
    return keyed(User.objects.filter(pk__in=[person.pk for person in people])).values_list("key", flat=True)


def promise(*people: User, at: datetime = NOON, lane: str = "meridian", kind: kinds.Kind = GREETING) -> int:
    return services.promise(kind=kind.name, rows=greeted(*people, lane=lane), at=at)


def told(person: User) -> Notification:
    return Notification.objects.get(recipient=person)


@pytest.fixture
def client_of_ada(client_of: Callable[[User], Any], ada: User) -> Any:
    return client_of(ada)
