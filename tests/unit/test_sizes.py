"""Files and functions stay small enough to be read at once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULE_LINES = 250
FUNCTION_LINES = 30
FOLDERS = ("lambda_src", "infra", "ops", "local", "bench", "tools")
TEST_MODULE_LINES = 300


def long_module(name: str, source: str, most: int = MODULE_LINES) -> Iterator[str]:
    """A module with more than ``most`` lines."""
    if (lines := len(source.splitlines())) > most:
        yield f"{name}: {lines} lines"


def too_long(name: str, source: str) -> Iterator[str]:
    """What of a module has too many lines, counted as they stand, from ``def`` to the end."""
    yield from long_module(name, source)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{name}: {node.name} has {lines} lines"


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_module_and_no_function_is_too_long(folder: str) -> None:
    modules = sorted((ROOT / folder).rglob("*.py"))
    assert modules
    assert not [one for path in modules for one in too_long(str(path.relative_to(ROOT)), path.read_text())]


def test_no_file_of_tests_is_too_long() -> None:
    modules = sorted((ROOT / "tests").rglob("*.py"))
    named = ((str(path.relative_to(ROOT)), path.read_text()) for path in modules)
    assert not [one for name, source in named for one in long_module(name, source, TEST_MODULE_LINES)]


def test_what_is_too_long_is_named() -> None:
    function = "def long():\n" + "    pass\n" * FUNCTION_LINES
    assert list(too_long("a.py", function)) == ["a.py: long has 31 lines"]
    assert list(too_long("b.py", "x = 1\n" * (MODULE_LINES + 1))) == ["b.py: 251 lines"]
    assert not list(too_long("c.py", "x = 1\n" * MODULE_LINES))
