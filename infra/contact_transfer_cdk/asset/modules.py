"""Which modules of a folder are in use: everything that can be reached by imports from one package in it.

Read from the sources, imports inside functions included, so that nothing has to be run and no code path is missed. What only
a type checker imports does not count.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: Functions that import the module their first argument names.
_IMPORTERS = frozenset({"import_module", "__import__", "LazyLoader"})


@dataclass(frozen=True)
class Module:
    """A module's dotted name and its file."""

    name: str
    path: Path

    @property
    def package(self) -> str:
        """What a relative import in this module starts from."""
        return self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]


def reachable(root: Path, package: str) -> set[Path]:
    """The files under ``root`` of all modules that ``package``, with everything in it, imports in any number of steps."""
    waiting = [_name(root, path) for path in sorted((root / package).rglob("*.py"))]
    found: dict[str, Path] = {}
    while waiting:
        name = waiting.pop()
        path = _file(root, name)
        if path is None or name in found:
            continue
        found[name] = path
        waiting.extend(_imports(Module(name, path)))
    return set(found.values())


def _name(root: Path, path: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _file(root: Path, name: str) -> Path | None:
    """The file of a module in ``root``; None for the standard library's and for names that are no modules."""
    base = root.joinpath(*name.split("."))
    return next((path for path in (base / "__init__.py", base.with_suffix(".py")) if path.is_file()), None)


def _imports(module: Module) -> Iterator[str]:
    source, package = module.path.read_bytes(), module.package
    by_name = any(importer.encode() in source for importer in _IMPORTERS)
    for node in _run(ast.parse(source, str(module.path)), expressions=by_name):
        for name in _named(node, package):
            parts = name.split(".")
            yield from (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def _run(node: ast.AST, *, expressions: bool) -> Iterator[ast.AST]:
    """Every statement below, and every expression if asked for, but for what stands under ``if TYPE_CHECKING``."""
    waiting = [node]
    while waiting:
        for child in ast.iter_child_nodes(waiting.pop()):
            if isinstance(child, ast.expr) and not expressions:
                continue
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                yield from child.orelse
                waiting.extend(child.orelse)
            else:
                yield child
                waiting.append(child)


def _named(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = _absolute(node, package)
        yield base
        yield from (f"{base}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Call) and _is_importer(node.func):
        yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    base = parts[: len(parts) - node.level + 1]
    return ".".join([*base, node.module] if node.module else base)


def _is_importer(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in _IMPORTERS
