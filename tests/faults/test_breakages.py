"""Each broken build still breaks something: a text that has gone is noticed here, not when they are next played."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from tests.faults.breakages import BREAKAGES as OF_DELIVERY
from tests.faults.breakages import Exchange
from tests.interleavings.breakages import BREAKAGES as OF_PRESSES

EXCHANGES = [(each.name, exchange) for each in [*OF_DELIVERY, *OF_PRESSES] for exchange in each.exchanges]


@pytest.mark.parametrize(("name", "exchange"), EXCHANGES, ids=[name for name, _ in EXCHANGES])
def test_what_it_exchanges_is_there(name: str, exchange: Exchange) -> None:
    assert exchange.old in Path(settings.BASE_DIR, exchange.path).read_text()
