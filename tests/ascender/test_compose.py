"""The compose file, read as text: a parser of YAML would be a dependency for this alone."""

from __future__ import annotations

import re
from pathlib import Path

COMPOSE = (Path(__file__).parents[2] / "docker-compose.yml").read_text()
SERVICES = dict(re.findall(r"^  (\w+):\n((?:    .*\n)+)", COMPOSE, re.MULTILINE))
OURS = {name: text for name, text in SERVICES.items() if "<<: *ascender\n" in text}


def test_the_image_is_built_once_before_whoever_else_runs_it() -> None:
    assert COMPOSE.count("build:") == 1
    assert sorted(OURS) == ["beat", "migrate", "sweep", "web", "worker"]
    assert "    build: .\n" in OURS.pop("migrate")
    for name, text in OURS.items():
        assert "      migrate:\n        condition: service_completed_successfully\n" in text, name


def test_a_database_that_is_still_being_made_is_not_called_healthy() -> None:
    """While its image makes it, PostgreSQL answers on its socket alone, and is then stopped once more."""
    assert "pg_isready --host 127.0.0.1 --username ascender" in SERVICES["postgres"]
