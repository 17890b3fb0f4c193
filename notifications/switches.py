"""What of their emails a person may switch off, and the link in each such email that does it without a login."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core import signing
from django.urls import reverse

from . import kinds
from .models import Notification, SwitchedOff

#: Without a moment in it: the email that is sent is to the letter the one that was shown before.
_signer = signing.Signer(salt="notifications.switches")


@dataclass(frozen=True)
class Switch:
    """The emails of one kind to one person, who gets them while `is_on`."""

    kind: str
    title: str
    is_on: bool


def switches_of(person: AbstractBaseUser) -> list[Switch]:
    """One for each optional kind that the person can get, or has switched off; one query, and those of the kinds."""
    off = set(SwitchedOff.objects.visible_to(person).values_list("kind", flat=True))
    shown = [kind for kind in kinds.optional() if kind.name in off or kind.concerns(person)]
    return [Switch(kind.name, kind.optional_as, is_on=kind.name not in off) for kind in shown]


def link_of(notification: Notification) -> str:
    """Where the reader of its email switches off all emails of its kind."""
    token = _signer.sign_object([notification.recipient_id, notification.kind])
    return settings.SITE_URL + reverse("notifications-off", args=[token])


def named_by(token: str) -> tuple[AbstractBaseUser, kinds.Kind] | None:
    """Whose emails of what a link of ours is about; None for what is none, or leads to nobody and nothing any more."""
    try:
        pk, name = _signer.unsign_object(token)
    except signing.BadSignature:
        return None
    kind = next((kind for kind in kinds.optional() if kind.name == name), None)
    person = get_user_model().objects.filter(pk=pk).first()
    return (person, kind) if person and kind else None


def is_off(person: AbstractBaseUser, kind: kinds.Kind) -> bool:
    return SwitchedOff.objects.visible_to(person).filter(kind=kind.name).exists()


def beginning_of_address(person: AbstractBaseUser) -> str:
    """So much of it that its owner knows it again, and whoever else has found the link learns next to nothing."""
    address: str = getattr(person, person.get_email_field_name())
    return address.partition("@")[0][:2]
