"""A press that met the login: after it the browser opens the address that was pressed, and opening does nothing."""

from __future__ import annotations

from django.contrib import messages

from .access import PersonRequest


def say_that_nothing_was_changed(request: PersonRequest) -> None:
    """In words that hold for a bookmark too: the address does not tell how somebody came to open it."""
    messages.info(request, "Nothing was changed. If you pressed a button before you logged in, press it once more.")
