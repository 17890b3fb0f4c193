"""What every template may ask about the reader's notifications."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from .bell import Bell


def bell(request: HttpRequest) -> dict[str, object]:
    """`bell`: the bell of a person of a company; an operator has none."""
    user = getattr(request, "user", None)
    if not isinstance(user, AbstractBaseUser) or getattr(user, "company_id", None) is None:
        return {}
    return {"bell": Bell(user)}
