"""Imports point one way: entry points, wiring, adapters and service, pure modules, standard library."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lambda_src" / "contact_transfer"
PURE = {
    "answers",
    "arn",
    "backoff",
    "clock",
    "constraints",
    "deadly",
    "delivery",
    "environment",
    "fields",
    "flow_request",
    "function_settings",
    "identity",
    "message",
    "outcome",
    "pacing",
} | {
    "records",
    "request",
    "settings",
    "views",
}
ENTRY = {"worker", "flow", "confirm"}
MODULES = sorted(PACKAGE.glob("*.py"))


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def own(path: Path) -> set[str]:
    return {
        name.split(".")[1] for name in imports(path) if name.startswith("contact_transfer.") and name.count(".") == 1
    }


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_imports_only_what_lies_below_it(path: Path) -> None:
    modules = {module.stem for module in MODULES}
    below = modules - ENTRY - {"wiring"}
    if path.stem in PURE:
        outside = {name.split(".")[0] for name in imports(path)} - {"contact_transfer"} - set(sys.stdlib_module_names)
        assert not outside, "a pure module needs the standard library only"
        below = PURE
    elif path.stem in ENTRY:
        below = modules - ENTRY
    elif path.stem == "wiring":
        below = modules - ENTRY - {"wiring"}
    assert own(path) & modules <= below


def test_there_is_no_circle() -> None:
    graph = {path.stem: own(path) - {path.stem} for path in MODULES}
    while free := [module for module, needs in graph.items() if not needs & graph.keys()]:
        for module in free:
            del graph[module]
    assert graph == {}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_only_wiring_reaches_for_the_environment_the_clock_and_chance(path: Path) -> None:
    reached = {name.split(".")[0] for name in imports(path)} & {"os", "time", "random", "uuid", "secrets"}
    assert not reached or path.stem == "wiring"


@pytest.mark.parametrize("folder", ["lambda_src", "infra"])
def test_the_product_knows_none_of_what_uses_it(folder: str) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        outer = {name.split(".")[0] for name in imports(path)} & {"local", "ops", "bench", "tests"}
        assert not outer, path


def test_infra_reads_names_from_the_functions_and_nothing_else() -> None:
    allowed = {
        "function_settings",
        "settings",
        "fields",
        "news",
        "telemetry",
        "outcome",
        "events",
        "message",
        "connect",
        "ledger",
        "queue",
        "table",
    }
    for path in (ROOT / "infra").rglob("*.py"):
        assert own(path) <= allowed, path
