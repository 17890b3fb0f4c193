"""What every template may ask about the reader's notifications."""

from __future__ import annotations

from django.http import HttpRequest

from .bell import Bell


def bell(request: HttpRequest) -> dict[str, object]:
    """`bell`: the bell of a person of a company; an operator has none."""
    user = getattr(request, "user", None)
    return {"bell": Bell(user)} if getattr(user, "company_id", None) else {}
