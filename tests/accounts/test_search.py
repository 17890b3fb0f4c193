"""Searching by any part of a name or an email address has an index on PostgreSQL."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import ProgrammingError, connection

from accounts.models import Company, User

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="the index is PostgreSQL's")
search_index = import_module("accounts.migrations.0002_search_index")


@pytest.mark.parametrize("words", ["EKSTR", "ada@mer", "ström ada"])
def test_any_part_in_any_case_finds(ada: User, max: User, words: str) -> None:
    assert list(User.objects.matching(words)) == [ada]


@on_postgresql
@pytest.mark.parametrize("words", ["ström", "kstr ada", "meridian.ex"])
def test_the_search_is_planned_with_the_index(meridian: Company, ada: User, words: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    plan = User.objects.matching(words).explain()
    assert "Seq Scan" not in plan
    assert plan.count("Bitmap Index Scan on accounts_user_search") >= 3  # of two words, one is enough


@on_postgresql
def test_the_index_names_its_reader() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description('accounts_user_search'::regclass)")
        assert "UserQuerySet.matching()" in cursor.fetchone()[0]


@on_postgresql
def test_without_the_right_to_the_extension_it_says_what_to_do() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone() != (True,):
            pytest.skip("needs a role that may create roles")
        cursor.execute("DROP EXTENSION pg_trgm CASCADE; CREATE ROLE nobody_special; SET LOCAL ROLE nobody_special")
        with pytest.raises(ProgrammingError, match=r"(?s)“CREATE EXTENSION pg_trgm” in .* permission denied"):
            search_index.create_extension(cursor, connection.settings_dict)
