"""What of their emails a person may switch off."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser

from . import kinds
from .models import SwitchedOff


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
