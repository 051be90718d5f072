"""Modules of the stack import one another without circles, so that each can be read, and changed, before the next."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import contact_transfer_cdk

FOLDER = Path(contact_transfer_cdk.__file__).parent


def _name(path: Path) -> str:
    parts = path.relative_to(FOLDER.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(source: str, modules: frozenset[str]) -> set[str]:
    """Of these modules, those that the source imports anywhere: within functions and for types as well."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update([node.module, *(f"{node.module}.{alias.name}" for alias in node.names)])
    return found & modules


def _circle(graph: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.fixture(scope="module")
def graph() -> dict[str, set[str]]:
    paths = {_name(path): path for path in FOLDER.rglob("*.py")}
    known = frozenset(paths) - {"contact_transfer_cdk"}  # the package's face loads the construct on first use
    return {name: _imports(paths[name].read_text("utf-8"), known) - {name} for name in known}


def test_there_is_no_circle_of_imports(graph: dict[str, set[str]]) -> None:
    assert len(graph) > 30
    assert _circle(graph) == []


def test_settings_are_read_without_the_cdk(graph: dict[str, set[str]]) -> None:
    """Commands read them, and the CDK takes seconds to load."""
    reached, waiting = set(), ["contact_transfer_cdk.settings.deployment"]
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting.extend(graph[name] - reached)
    for name in reached:
        source = FOLDER.parent / Path(*name.split(".")).with_suffix(".py")
        if source.is_file():
            assert "aws_cdk" not in source.read_text("utf-8"), name


def test_a_circle_would_be_found() -> None:
    assert _circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) != []
    assert _imports("def f():\n    from a.b import c\n", frozenset({"a.b.c"})) == {"a.b.c"}
