"""The floors hold: an app imports only from floors below its own, and its rows point only down.

Services have a door: what they export.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from assignments import services as assigning
from notifications import services as post_office

FLOORS = {
    "notifications": 0,
    "accounts": 1,
    "certifications": 2,
    "assignments": 3,
    "reports": 4,
    "ascender": 5,
}
#: Services that are a package, and what they export.
DOORS = {each.__name__: each.__all__ for each in (assigning, post_office)}


def package_of(module: Path) -> str:
    return ".".join(module.relative_to(settings.BASE_DIR).parent.parts)


def imported_names(package: str, source: str) -> Iterator[str]:
    """All that a module of the package imports, by its full name, inside functions and by a text too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = resolve_name("." * node.level + (node.module or ""), package)
            yield from (f"{origin}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and "import_" in ast.unparse(node.func):
            yield from (str(argument.value) for argument in node.args if isinstance(argument, ast.Constant))


def imports_upwards(package: str, source: str) -> list[str]:
    """What a module of the package imports that is not from a lower floor or from its own app."""
    app, *_ = package.split(".")
    parts = [name.partition(".")[0] for name in imported_names(package, source)]
    return [part for part in parts if part in FLOORS and part != app and FLOORS[part] >= FLOORS[app]]


def imports_past_the_door(package: str, source: str) -> list[str]:
    """What a module of the package imports from inside of services, and not of what they export."""
    return [
        name
        for name in imported_names(package, source)
        for door, exported in DOORS.items()
        if package != door and name.startswith(f"{door}.") and name.removeprefix(f"{door}.") not in exported
    ]


@pytest.mark.parametrize("app", FLOORS)
def test_an_app_imports_only_from_floors_below(app: str) -> None:
    modules = sorted((Path(settings.BASE_DIR) / app).rglob("*.py"))
    assert modules, f"{app}/ has no modules: is the list of floors still true?"
    broken = {str(module): imports_upwards(package_of(module), module.read_text()) for module in modules}
    assert {module: found for module, found in broken.items() if found} == {}


@pytest.mark.parametrize("app", FLOORS)
def test_nobody_outside_imports_what_services_do_not_export(app: str) -> None:
    modules = sorted((Path(settings.BASE_DIR) / app).rglob("*.py"))
    broken = {str(module): imports_past_the_door(package_of(module), module.read_text()) for module in modules}
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


@pytest.mark.parametrize(
    "source",
    [
        "from ..services.assign import checked_name",
        "from assignments.services import uploads_judged",
        "from notifications.services.claims import claim",
    ],
)
def test_an_import_from_inside_of_services_is_seen(source: str) -> None:
    assert imports_past_the_door("assignments.views", source) != []


def test_services_know_their_own_rooms_and_others_what_is_exported() -> None:
    assert imports_past_the_door("assignments.services", "from .operations import begin") == []
    assert imports_past_the_door("assignments", "from .services import NewDueDate, assign") == []


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
