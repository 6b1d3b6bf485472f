"""Imports go one way, and service and console each import a vendor in one place only."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.local_stack import ROOT

VENDORS = ("opsgenie", "jsm")
MAY_NOT = {
    "service": ("console", "local", "deploy", "bench", "tests"),
    "console": ("local", "deploy", "bench", "tests"),
    "deploy": ("console", "local", "bench", "tests"),
    "local": ("bench", "tests"),
    "service/transport": tuple(f"service.{vendor}" for vendor in VENDORS),
}
"""What no file below a folder imports."""


def imports(file: Path) -> Iterator[str]:
    """Yield the modules that a file imports anywhere."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@pytest.mark.parametrize("folder", MAY_NOT)
def test_imports_go_one_way(folder: str) -> None:
    files = {file: set(imports(file)) for file in (ROOT / folder).rglob("*.py")}

    assert files
    assert {
        (str(file.relative_to(ROOT)), module)
        for file, modules in files.items()
        for module in modules
        if any(is_in(module, package) for package in MAY_NOT[folder])
    } == set()


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("package", ["service", "console"])
def test_vendor_is_imported_only_by_vendors_and_itself(package: str, vendor: str) -> None:
    rooms = [ROOT / "service" / vendor, ROOT / "console" / vendor]
    files = [file for file in (ROOT / package).rglob("*.py") if not any(file.is_relative_to(room) for room in rooms)]

    importing = {
        file.name
        for file in files
        for module in imports(file)
        if is_in(module, f"service.{vendor}") or is_in(module, f"console.{vendor}")
        # The settings say which vendor is chosen, and read those of the one that is.
        if not (file.name == "settings.py" and is_in(module, f"service.{vendor}.settings"))
    }

    assert importing == ({"vendors.py"} if (ROOT / package / vendor).is_dir() else set())


@pytest.mark.parametrize(
    ("module", "known"),
    [
        ("rules", {"blockers", "emptied_teams", "model", "reach", "survey"}),
        ("emptied_teams", {"blockers", "model", "reach"}),
        ("blockers", {"model", "reach", "wording"}),
        ("reach", {"model"}),
        ("survey", {"model", "schedule"}),
        ("coverage", {"model", "reach", "schedule"}),
        ("schedule", {"model"}),
        ("model", set()),
        ("on_call", {"coverage", "model", "reach", "rules", "schedule", "survey"}),
        ("wording", {"model"}),
    ],
)
def test_rules_import_only_pure_modules(module: str, known: set[str]) -> None:
    names = {name.split(".")[1] for name in imports(ROOT / f"service/{module}.py") if name.startswith("service.")}

    assert names == known
