"""Checks that docstrings say what a signature cannot: arguments of plain types, units, and errors.

    python -m tools.docstrings             the sources of the repository
    python -m tools.docstrings FILE ...    these sources

ruff's rules see to it that everything public has a docstring. In addition, the docstring of a public function, or of its class, names

- each argument whose type is plain (text, number, flag, function, or a collection of them), unless the table "Arguments" of
  ``docs/glossary.md`` has it: there a name says meaning and unit. An argument of another type is described by that type.
- each number among the fields of a dataclass, by the same table.
- each exception that the function raises itself. Commands of Typer are left out: their docstring is their help.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GLOSSARY = ROOT / "docs" / "glossary.md"
HEADING = "## Arguments"
SOURCES = ("lambda_src", "infra", "ops", "local", "bench", "tools")
NUMBERS = frozenset({"int", "float"})
PLAIN = NUMBERS | {
    *("str", "bytes", "bool", "object", "Any", "Callable", "dict", "list", "tuple", "set", "frozenset"),
    *("Mapping", "Sequence", "Iterable", "Iterator", "Collection"),
}
#: In a docstring of a dataclass, it says the unit of every fraction among the fields.
TIMES = "Times in epoch seconds"
Function = ast.FunctionDef | ast.AsyncFunctionDef


def known_arguments(glossary: str) -> list[str]:
    """The patterns of names in the table of arguments of ``glossary``, the page's text."""
    table = glossary.partition(HEADING)[2].partition("\n## ")[0]
    rows = (line.split("|")[1] for line in table.splitlines() if line.startswith("|"))
    return [pattern for row in rows for pattern in re.findall(r"`([^`]+)`", row)]


def problems(source: str, known: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield line and sentence of what the docstrings of ``source`` leave out; ``known``: patterns of names that need none."""
    tree = ast.parse(source)
    for name, where, document in _public(tree.body, ""):
        arguments = _fields(where) if isinstance(where, ast.ClassDef) else _arguments(where)
        for argument, annotation in arguments:
            is_known = any(fnmatchcase(argument, one) for one in known)
            if not is_known and not _says(document, argument) and not ("float" in annotation and TIMES in document):
                yield where.lineno, f"{name}: its docstring does not say what {argument} ({annotation}) is"
        if not isinstance(where, ast.ClassDef) and not _is_command(where):
            for error in sorted(set(_errors(where))):
                if error not in document:
                    yield where.lineno, f"{name}: its docstring does not say when it raises {error}"


def _public(body: Sequence[ast.stmt], outer: str) -> Iterator[tuple[str, Function | ast.ClassDef, str]]:
    """Functions and dataclasses that others use, with their docstrings; that of a class counts for its methods."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            document = ast.get_docstring(node) or ""
            if any("dataclass" in ast.unparse(one) for one in node.decorator_list):
                yield node.name, node, document
            yield from ((f"{node.name}.{name}", *rest) for name, *rest in _public(node.body, document))  # type: ignore[misc]  # the same three
        elif isinstance(node, Function) and (not node.name.startswith("_") or node.name == "__init__"):
            yield node.name, node, f"{outer}\n{ast.get_docstring(node) or ''}"


def _arguments(function: Function) -> Iterator[tuple[str, str]]:
    given = function.args
    for one in (*given.posonlyargs, *given.args, *given.kwonlyargs):
        if one.annotation is not None and not one.arg.startswith("_") and _names(one.annotation) <= PLAIN:
            yield one.arg, ast.unparse(one.annotation)


def _fields(defined: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for one in defined.body:
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            names = _names(one.annotation)
            if names & NUMBERS and names <= PLAIN and not one.target.id.startswith("_"):
                yield one.target.id, ast.unparse(one.annotation)


def _names(annotation: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)} | {
        node.attr for node in ast.walk(annotation) if isinstance(node, ast.Attribute)
    }


def _says(document: str, argument: str) -> bool:
    return re.search(rf"\b{re.escape(argument)}\b", document) is not None


def _is_command(function: Function) -> bool:
    annotations = (one.annotation for one in (*function.args.args, *function.args.kwonlyargs) if one.annotation)
    return any(re.search(r"\boptions\.|typer\.", ast.unparse(one)) for one in annotations)


def _errors(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Raise) and child.exc is not None:
            raised = child.exc.func if isinstance(child.exc, ast.Call) else child.exc
            name = ast.unparse(raised).rpartition(".")[2]
            if name[:1].isupper() and name != "AssertionError":  # says that this cannot happen
                yield name
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield from _errors(child)


def main(arguments: Sequence[str]) -> int:
    """Print what is left out, one line each.

    Args:
        arguments: files; the sources of the repository if there are none.

    Returns:
        The exit status: 1 if anything is left out.
    """
    known = known_arguments(GLOSSARY.read_text("utf-8"))
    paths = [Path(one) for one in arguments] or [
        one for folder in SOURCES for one in sorted((ROOT / folder).rglob("*.py"))
    ]
    found = [f"{path}:{line}: {what}" for path in paths for line, what in problems(path.read_text("utf-8"), known)]
    print("\n".join(found) if found else "Docstrings say what signatures cannot.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
