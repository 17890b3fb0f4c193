"""What every way of logging in does to a person, the back office's included."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in

from . import services
from .models import User


def watch() -> None:
    user_logged_in.connect(_note_login, dispatch_uid="accounts.logins")


def _note_login(*, user: User, **_: Any) -> None:
    services.record_login(person=user)
