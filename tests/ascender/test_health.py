"""Alive and ready: what a load balancer and a deployment ask."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client


def test_a_living_process_says_so_without_asking_anything(client: Client) -> None:
    # Without the mark for it, any question to the database would fail this test.
    answer = client.get("/livez")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert answer.cookies == {}


@pytest.mark.django_db
def test_it_is_ready_when_every_migration_has_been_applied(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert answer.cookies == {}


@pytest.mark.django_db
def test_it_is_not_ready_while_a_migration_waits(client: Client) -> None:
    [last] = MigrationLoader(connection).graph.leaf_nodes("accounts")
    MigrationRecorder(connection).record_unapplied(*last)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "have not been applied" in answer.json()["reason"]


@pytest.mark.django_db
def test_it_is_not_ready_without_its_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("connection refused by db.example, password hush")

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["reason"]) == (503, "the database does not answer")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_a_probe_behind_the_proxy_is_not_sent_to_https(client: Client, settings: Any, path: str) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code == 200
    assert client.get("/accounts/login/").status_code == 301
