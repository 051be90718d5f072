"""The service under simulation: the real modules of ``contact_transfer``, or the same with a planted bug in their source.

Each variant is imported afresh under its own module objects, so several can live in one process. Nothing of the service is
replaced but its clients, its clock, its chance (all through ``bootstrap.batch``) and where its log goes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, FunctionType, ModuleType, SimpleNamespace
from typing import Any

from local.virtual import Handler, Kit, Patience

PACKAGE = "contact_transfer"


class AnchorLost(Exception):
    """The text that a planted bug replaces is not in the module as often as it should be: the bug must be planted anew."""


@dataclass(frozen=True)
class Edit:
    """Replace ``before`` by ``after`` in a module (its last name) of the service, exactly ``count`` times."""

    module: str
    before: str
    after: str
    count: int = 1


@dataclass
class Silent:
    """Telemetry that writes nothing, and remembers what the worker calls a defect of its own."""

    defects: list[str] = field(default_factory=list)

    def begin(self, invocation: str) -> None: ...

    def outcome(self, outcome: Any, **_keys: Any) -> None: ...

    def conflict(self, name: str, winner: str) -> None: ...

    def trouble(self, event: str, **_keys: Any) -> None: ...

    def end(self, paced_wait: float) -> None: ...

    def defect(self, error: BaseException, **_keys: Any) -> None:
        self.defects.append(f"{type(error).__name__}: {error}")


@dataclass(frozen=True)
class Subject:
    """A variant of the service. ``connect`` and ``others``: the settings of the SDK clients that it would create."""

    bootstrap: ModuleType
    worker: ModuleType
    clock: ModuleType

    @property
    def connect(self) -> Patience:
        return _patience(self.bootstrap._CONNECT)

    @property
    def others(self) -> Patience:
        return _patience(self.bootstrap._OTHERS)

    def maker(self, environment: dict[str, str], telemetry: Silent) -> Callable[[Kit], Handler]:
        """Answer what builds the worker in a new environment: the real handler around the real ``Batch``."""

        def make(kit: Kit) -> Handler:
            clock = self.clock.Clock(now=kit.now, elapsed=kit.elapsed, sleep=kit.sleep)
            chance = self.clock.Chance(random=kit.random, unique=kit.unique)
            batch = self.bootstrap.batch(environment, kit.aws, clock, chance, telemetry)
            real: FunctionType = self.worker.handler
            names = {**vars(self.worker), "_batch": batch, "bootstrap": SimpleNamespace(CLOCK=clock)}
            return FunctionType(real.__code__, names, real.__name__, real.__defaults__)

        return make


def load(edits: Sequence[Edit] = ()) -> Subject:
    """Import the service, with ``edits`` applied to its source. Raise ``AnchorLost``."""
    by_module: dict[str, list[Edit]] = {}
    for edit in edits:
        by_module.setdefault(f"{PACKAGE}.{edit.module}", []).append(edit)
    with _fresh(by_module) as importing:
        bootstrap = importing("bootstrap")
        real, bootstrap.batch = bootstrap.batch, lambda: None  # type: ignore[attr-defined]  # the worker's module builds one when imported
        worker = importing("worker")
        bootstrap.batch = real  # type: ignore[attr-defined]  # as above
        clock = importing("transfer.clock")
        for name in by_module:
            importing(name.removeprefix(f"{PACKAGE}."))
    return Subject(bootstrap, worker, clock)


def _patience(config: Any) -> Patience:
    return Patience(float(config.read_timeout), int(config.retries["total_max_attempts"]))


@contextmanager
def _fresh(edits: dict[str, list[Edit]]) -> Iterator[Callable[[str], ModuleType]]:
    def ours() -> list[str]:
        return [name for name in sys.modules if name == PACKAGE or name.startswith(f"{PACKAGE}.")]

    kept = {name: sys.modules.pop(name) for name in ours()}
    finder = _Finder(edits)
    sys.meta_path.insert(0, finder)
    try:
        yield lambda name: import_module(f"{PACKAGE}.{name}")
    finally:
        sys.meta_path.remove(finder)
        for name in ours():
            del sys.modules[name]
        sys.modules.update(kept)


class _Finder(MetaPathFinder):
    def __init__(self, edits: dict[str, list[Edit]]) -> None:
        self._edits = edits

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name not in self._edits:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.origin is None:
            return None
        spec.loader = _Editing(name, spec.origin, self._edits[name])
        return spec


class _Editing(SourceFileLoader):
    def __init__(self, name: str, path: str, edits: list[Edit]) -> None:
        super().__init__(name, path)
        self._edits = edits

    def get_code(self, fullname: str) -> CodeType | None:
        source = self.get_data(self.path).decode()
        for edit in self._edits:
            found = source.count(edit.before)
            if found != edit.count:
                raise AnchorLost(f"{fullname}: found {found} times instead of {edit.count}: {edit.before!r}")
            source = source.replace(edit.before, edit.after)
        return compile(source, self.path, "exec")
