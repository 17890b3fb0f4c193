"""The only ways up: three hooks, filled when the apps start."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks import run_checks

from accounts import departures
from assignments.apps import AssignmentsConfig
from certifications import withdrawals
from notifications import kinds

from .test_floors import FLOORS

HOOKS = {"notifications.kinds", "accounts.departures", "certifications.withdrawals"}


def modules() -> dict[str, ast.Module]:
    root = Path(settings.BASE_DIR)
    files = [file for app in FLOORS for file in (root / app).rglob("*.py")]
    return {".".join(file.relative_to(root).with_suffix("").parts): ast.parse(file.read_text()) for file in files}


def test_there_are_three_and_no_more() -> None:
    found = {
        name
        for name, tree in modules().items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name == "register"
    }
    assert found == HOOKS


def test_only_the_start_of_an_app_registers() -> None:
    hooks = {hook.rpartition(".")[2] for hook in HOOKS}
    callers = {
        name
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "register"
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in hooks
    }
    assert callers == {"assignments.apps"}


def test_all_are_filled_at_the_start() -> None:
    assert kinds.names() == ["assigned", "overdue", "remind_now", "reminder", "team_overdue"]
    assert len(departures._registered) == 1
    assert len(withdrawals._registered) == 1
    assert run_checks() == []


@pytest.mark.parametrize(("hook", "fault"), [(departures, "accounts.E001"), (withdrawals, "certifications.E001")])
def test_an_empty_hook_is_told_at_the_start(hook: object, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hook, "_registered", [])
    assert [message.id for message in run_checks()] == [fault]


def test_a_second_start_registers_nothing_twice() -> None:
    AssignmentsConfig.create("assignments").ready()
    assert len(departures._registered) == 1
    assert len(withdrawals._registered) == 1
