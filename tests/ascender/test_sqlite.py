"""`LIKE` on SQLite knows upper and lower case of every letter, and is else what PostgreSQL and SQLite agree on."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Company, User
from certifications.models import Certification
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="it is SQLite that we teach")


def asked(sql: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}", values)
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("value", "pattern", "is_like"),
    [
        ("Ольга", "ольга", True),
        ("ÅSA", "%åsa%", True),
        ("Ekström", "%STRÖM", True),
        ("Ada", "aDA", True),
        ("Ada", "ad", False),
        ("two\nlines", "%lines", True),
        ("Straße", "STRA_E", True),
        ("Straße", "strasse", False),
        ("K", "\N{KELVIN SIGN}", False),
        ("100 %", r"100 \%", True),
        ("100 x", r"100 \%", False),
        ("a_b", r"a\_b", True),
        ("axb", r"a\_b", False),
        (r"a\b", r"a\\b", True),
        ("a.b", "a+b", False),
        ("", "", True),
        ("", "%", True),
    ],
)
def test_a_pattern_means_the_same_on_both_engines(value: str, pattern: str, is_like: bool) -> None:
    """As Django asks: PostgreSQL of what both are in capitals, SQLite of both as they are."""
    fold = "%s" if connection.vendor == "sqlite" else "UPPER(%s)"
    assert bool(asked(rf"{fold} LIKE {fold} ESCAPE '\'", value, pattern)) == is_like


@on_sqlite
def test_like_without_an_escape_takes_a_backslash_for_itself() -> None:
    assert asked("%s LIKE %s", r"Å\b", r"å\_") == 1


@on_sqlite
def test_like_of_nothing_is_not_known_and_a_number_is_its_figures() -> None:
    assert asked("NULL LIKE '%%'") is asked("'x' LIKE NULL") is None
    assert asked("1234 LIKE '12%%'") == asked("CAST('é' AS BLOB) LIKE 'É'") == 1


@pytest.mark.parametrize("words", ["ольга", "ОЛЬГА", "ЁЖ", "åsa", "EKSTRÖM"])
def test_any_letter_in_any_case_finds(meridian: Company, words: str) -> None:
    PersonFactory(company=meridian, first_name="Ольга", last_name="Ёж", email="o@people.example")
    PersonFactory(company=meridian, first_name="Åsa", last_name="Ekström", email="a@people.example")
    assert User.objects.matching(words).count() == 1


def test_the_back_office_finds_too(client: Client, operator: User, message: Certification) -> None:
    Certification.objects.filter(pk=message.pk).update(title="Éclair")
    client.force_login(operator)
    assert "Éclair" in client.get("/admin/certifications/certification/", {"q": "éCLAIR"}).text
