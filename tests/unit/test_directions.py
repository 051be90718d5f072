"""Imports point one way: entry points, wiring, adapters and service, pure modules, standard library."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lambda_src" / "contact_transfer"
#: Packages of the service, from the bottom up. A package imports only packages of lower rank, and its own modules.
RANKS = {
    "aws": 0,
    "config": 2,
    "request": 1,
    "connect": 2,
    "ledger": 2,
    "observability": 2,
    "transfer": 3,
    "messaging": 4,
    "confirmation": 5,
    "connect_flow": 5,
    "bootstrap": 6,
    "worker": 7,
    "flow": 7,
    "confirm": 7,
}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.stem != "__init__")
GRAPH = {path: path.relative_to(PACKAGE).with_suffix("").parts[0] for path in MODULES}


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def dotted(path: Path) -> str:
    parts = ("contact_transfer", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {dotted(path) for path in MODULES}


def own(path: Path) -> set[str]:
    """The modules of the service that a file imports."""
    return imports(path) & NAMES


def test_every_package_has_a_rank() -> None:
    assert {GRAPH[path] for path in MODULES} == set(RANKS)


def test_there_is_no_circle() -> None:
    graph = {dotted(path): own(path) - {dotted(path)} for path in MODULES}
    while free := [module for module, needs in graph.items() if not needs & graph.keys()]:
        for module in free:
            del graph[module]
    assert graph == {}


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_only_bootstrap_reaches_for_the_environment_the_clock_and_randomness(path: Path) -> None:
    reached = {name.split(".")[0] for name in imports(path)} & {"os", "time", "random", "uuid", "secrets"}
    assert not reached or path.stem == "bootstrap"


@pytest.mark.parametrize("folder", ["lambda_src", "infra"])
def test_the_product_knows_none_of_what_uses_it(folder: str) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        outer = {name.split(".")[0] for name in imports(path)} & {"local", "transfers_cli", "bench", "tests"}
        assert not outer, path
