"""Imports point one way: entry points, wiring, adapters and service, pure modules, standard library."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lambda_src" / "contact_transfer"
#: Packages of the service, from the bottom up. A package imports only packages of lower rank, its own modules, and ``PURE``.
RANKS = {
    "aws": 1,
    "config": 1,
    "request": 1,
    "connect": 2,
    "ledger": 2,
    "observability": 2,
    "transfer": 3,
    "messaging": 4,
    "confirmation": 5,
    "connect_flow": 5,
    "queue_sweep": 5,
    "bootstrap": 6,
    "worker": 7,
    "flow": 7,
    "confirm": 7,
    "sweep": 7,
}
#: Values and arithmetic that every package may use: they import nothing of the service but one another.
PURE = {
    "contact_transfer.messaging.sqs_record",
    "contact_transfer.request.lanes",
    "contact_transfer.transfer.clock",
    "contact_transfer.transfer.failure_codes",
    "contact_transfer.transfer.failures",
    "contact_transfer.transfer.outcome",
    "contact_transfer.transfer.rules",
}
#: The meaning of the ledger: nothing of AWS, of a clock or of randomness.
PURE_LEDGER = ("acquisition", "contact", "documents", "forgetting", "records", "request_ids", "route_quotas")
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


def upward(module: str, needs: set[str]) -> set[str]:
    """Which of the modules that ``module`` imports are not below it."""

    def rank(name: str) -> int:
        return RANKS[name.split(".")[1]]

    others = {name for name in needs if name.count(".") and name.split(".")[1] != module.split(".")[1]}
    if module in PURE:
        return needs - PURE - {"contact_transfer"}
    return {name for name in others - PURE if rank(name) >= rank(module)}


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_imports_point_downward(path: Path) -> None:
    needs = {name for name in own(path) if not (PACKAGE.parent / name.replace(".", "/")).is_dir()}
    assert not upward(dotted(path), needs)


def test_an_import_that_points_upward_is_seen_in_every_package() -> None:
    assert upward("contact_transfer.ledger.store", {"contact_transfer.messaging.batch"})
    assert upward("contact_transfer.connect.deep.er", {"contact_transfer.ledger.store"})
    assert upward("contact_transfer.transfer.outcome", {"contact_transfer.ledger.store"})
    assert not upward("contact_transfer.transfer.service", {"contact_transfer.ledger.store"})


@pytest.mark.parametrize("name", PURE_LEDGER)
def test_the_meaning_of_the_ledger_knows_nothing_of_aws(name: str) -> None:
    needs = imports(PACKAGE / "ledger" / f"{name}.py")
    assert not {need for need in needs if need.split(".")[0] in {"botocore", "boto3"}}
    assert not needs & {
        "contact_transfer.ledger.store",
        "contact_transfer.ledger.ledger",
        "contact_transfer.aws.answers",
    }


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_only_bootstrap_reaches_for_the_environment_the_clock_and_randomness(path: Path) -> None:
    reached = {name.split(".")[0] for name in imports(path)} & {"os", "time", "random", "uuid", "secrets"}
    assert not reached or path.stem == "bootstrap"


@pytest.mark.parametrize("folder", ["lambda_src", "infra"])
def test_the_product_knows_none_of_what_uses_it(folder: str) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        outer = {name.split(".")[0] for name in imports(path)} & {"local", "transfers_cli", "bench", "tests"}
        assert not outer, path
