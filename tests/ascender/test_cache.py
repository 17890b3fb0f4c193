"""The shared cache goes on without Redis, since login asks it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from redis.client import Redis

from ascender.cache import SECONDS_WITHOUT_REDIS, RedisOrDatabaseCache

pytestmark = pytest.mark.django_db

NOBODY_LISTENS = "redis://127.0.0.1:1/0"
OPTIONS = {"OPTIONS": {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}}


@pytest.fixture(autouse=True)
def database_cache(settings: Any) -> None:
    settings.CACHES = {**settings.CACHES, "database": settings.CACHES["default"]}


def test_without_redis_everything_is_kept_in_the_database() -> None:
    cache = RedisOrDatabaseCache(NOBODY_LISTENS, OPTIONS)
    assert cache.add("limit", [1]) is True
    assert cache.add("limit", [2]) is False
    assert cache.get("limit") == [1]
    cache.set("limit", [3])
    assert caches["database"].get("limit") == [3]
    assert cache.touch("limit") is True
    assert cache.delete("limit") is True
    assert cache.get("limit", "gone") == "gone"
    cache.set("limit", [4])
    cache.clear()
    assert cache.get("limit") is None


def test_a_redis_that_failed_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = RedisOrDatabaseCache(NOBODY_LISTENS, OPTIONS)
    tries = []
    connect = Redis.execute_command
    monkeypatch.setattr(Redis, "execute_command", lambda *a, **k: (tries.append(1), connect(*a, **k)))
    cache.get("limit")
    cache.get("limit")
    assert len(tries) == 1
    later = time.monotonic() + SECONDS_WITHOUT_REDIS
    monkeypatch.setattr(time, "monotonic", lambda: later)
    cache.get("limit")
    assert len(tries) == 2


@pytest.mark.redis
def test_with_redis_it_is_kept_there() -> None:
    cache = RedisOrDatabaseCache(settings.TEST_REDIS_URL, OPTIONS)
    cache.set("ascender-test", "there", timeout=10)
    assert cache.get("ascender-test") == "there"
    assert caches["database"].get("ascender-test") is None
