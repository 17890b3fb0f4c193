from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from tests.notifications.conftest import rings  # noqa: F401, a fixture

from .presses import NOW


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """It is NOW until a test moves the clock: `clock.move_to(…)`."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller
