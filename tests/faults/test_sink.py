"""What the mail server of a campaign reads of a letter. A template that says it otherwise shows here."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives

from accounts.models import User
from assignments import services
from certifications.models import Certification
from tests.assignments.presses import DUE_ON, NOW, assign

from . import sink

pytestmark = pytest.mark.django_db


def test_an_assignment_message_tells_its_name(
    ada: User, lena: User, message: Certification, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    assign(ada, message, lena, name="Phase 007 Europe/Berlin 1", due_on=DUE_ON)
    services.sweep(at=NOW)
    facts = _facts(mailoutbox)
    assert (facts["kind"], facts["name"]) == ("assigned", "Phase 007 Europe/Berlin 1")


def test_a_reminder_tells_its_due_day_too(
    ada: User, lena: User, message: Certification, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    assign(ada, message, lena, name="Phase 007 Europe/Berlin 1", due_on=DUE_ON)
    services.sweep(at=NOW)
    mailoutbox.clear()
    services.sweep(at=NOW + timedelta(days=4))
    facts = _facts(mailoutbox)
    assert facts == {
        "message_id": facts["message_id"],
        "kind": "reminder",
        "name": "Phase 007 Europe/Berlin 1",
        "due_on": DUE_ON.isoformat(),
    }


def _facts(mailoutbox: list[EmailMultiAlternatives]) -> dict[str, str]:
    [mail] = mailoutbox
    return sink.read(mail.message().as_bytes(linesep="\r\n"))
