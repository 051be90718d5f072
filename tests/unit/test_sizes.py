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
#: A scenario, the evidence of a run and a command's options are lists of parts: they are read one by one.
SIMULATION_FUNCTION_LINES = 46


def long_module(name: str, source: str, most: int = MODULE_LINES) -> Iterator[str]:
    """A module with more than ``most`` lines."""
    if (lines := len(source.splitlines())) > most:
        yield f"{name}: {lines} lines"


def long_functions(name: str, source: str, most: int = FUNCTION_LINES) -> Iterator[str]:
    """The functions of a module with more than ``most`` lines, counted as they stand, from ``def`` to the end."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > most:
                yield f"{name}: {node.name} has {lines} lines"


def too_long(name: str, source: str) -> Iterator[str]:
    """What of a module has too many lines."""
    yield from long_module(name, source)
    yield from long_functions(name, source)


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_module_and_no_function_is_too_long(folder: str) -> None:
    modules = sorted((ROOT / folder).rglob("*.py"))
    assert modules
    assert not [one for path in modules for one in too_long(str(path.relative_to(ROOT)), path.read_text())]


def test_no_file_of_tests_is_too_long() -> None:
    modules = sorted((ROOT / "tests").rglob("*.py"))
    named = ((str(path.relative_to(ROOT)), path.read_text()) for path in modules)
    assert not [one for name, source in named for one in long_module(name, source, TEST_MODULE_LINES)]


def test_no_function_of_tests_is_too_long() -> None:
    for path in sorted((ROOT / "tests").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        most = SIMULATION_FUNCTION_LINES if "simulation" in path.parts else FUNCTION_LINES
        assert not list(long_functions(name, path.read_text(), most))


def test_what_is_too_long_is_named() -> None:
    function = "def long():\n" + "    pass\n" * FUNCTION_LINES
    assert list(too_long("a.py", function)) == ["a.py: long has 31 lines"]
    assert list(too_long("b.py", "x = 1\n" * (MODULE_LINES + 1))) == ["b.py: 251 lines"]
    assert not list(too_long("c.py", "x = 1\n" * MODULE_LINES))
