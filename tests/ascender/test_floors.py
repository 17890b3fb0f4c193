"""The floors hold: an app imports only from floors below its own, and its rows point only down."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

FLOORS = {
    "notifications": 0,
    "accounts": 1,
    "certifications": 2,
    "assignments": 3,
    "reports": 4,
    "ascender": 5,
}


def imported_modules(source: str) -> Iterator[str]:
    """Every absolute import, those inside functions and those named by a text included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""
        elif isinstance(node, ast.Call) and "import_" in ast.unparse(node.func):
            yield from (str(argument.value) for argument in node.args if isinstance(argument, ast.Constant))


def imports_upwards(app: str, source: str) -> list[str]:
    """The imports in `source`, a module of `app`, that are not from a lower floor or from itself."""
    parts = [module.partition(".")[0] for module in imported_modules(source)]
    return [part for part in parts if part in FLOORS and part != app and FLOORS[part] >= FLOORS[app]]


@pytest.mark.parametrize("app", FLOORS)
def test_an_app_imports_only_from_floors_below(app: str) -> None:
    modules = sorted((Path(settings.BASE_DIR) / app).rglob("*.py"))
    assert modules, f"{app}/ has no modules: is the list of floors still true?"
    broken = {str(module): imports_upwards(app, module.read_text()) for module in modules}
    assert {module: found for module, found in broken.items() if found} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import reports.views",
        "from assignments.models import Assignment",
        "def late():\n    from certifications import services",
        "from importlib import import_module\nimport_module('ascender.settings')",
    ],
)
def test_an_import_from_above_is_seen(source: str) -> None:
    assert imports_upwards("accounts", source) != []


def test_every_app_of_ours_has_a_floor() -> None:
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).parent == Path(settings.BASE_DIR)}
    assert ours == set(FLOORS)


@pytest.mark.parametrize("app", FLOORS)
def test_rows_point_only_down_and_a_notification_knows_nothing_but_its_reader(app: str) -> None:
    targets = {
        (model.__name__, field.name, field.related_model._meta.app_label)
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and not isinstance(field.related_model, str) and field.related_model
    }
    upward = {target for target in targets if FLOORS.get(target[2], -1) > FLOORS[app]}
    assert upward <= {("Notification", "recipient", "accounts"), ("SwitchedOff", "recipient", "accounts")}
