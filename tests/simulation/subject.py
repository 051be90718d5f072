"""The service under simulation: the real modules of ``contact_transfer``, or the same with a seeded bug.

Each variant is imported afresh under its own module objects, so several can live in one process. Nothing of the service is
replaced but its clients, its clock, its randomness (all through ``bootstrap.batch``) and where its log goes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

from local.virtual import Handler, Kit, Patience
from tests.simulation.seeded import SeededBug

PACKAGE = "contact_transfer"
#: A log that keeps nothing.
_QUIET = SimpleNamespace(info=lambda *_, **__: None, warning=lambda *_, **__: None)


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
    modules: dict[str, ModuleType]

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """While it runs, what the service imports only when it needs it is of this variant as well."""
        with _fresh(self.modules):
            yield

    @property
    def connect(self) -> Patience:
        return _patience(self.bootstrap._CONNECT)

    @property
    def others(self) -> Patience:
        return _patience(self.bootstrap._OTHERS)

    def maker(self, environment: dict[str, str], telemetry: Silent) -> Callable[[Kit], Handler]:
        """Answer what builds the worker in a new environment: the real handler around the real ``Batch``."""

        def make(kit: Kit) -> Handler:
            clock = self.clock.Clock(now=kit.now, monotonic=kit.monotonic, sleep=kit.sleep)
            randomness = self.clock.Randomness(random=kit.random, new_id=kit.new_id)
            batch = self.bootstrap.batch(environment, kit.aws, clock, randomness, telemetry)
            real: FunctionType = self.worker.handler
            names = {**vars(self.worker), "_batch": batch, "bootstrap": SimpleNamespace(CLOCK=clock)}
            return FunctionType(real.__code__, names, real.__name__, real.__defaults__)

        return make

    def sweeper(self, environment: dict[str, str]) -> Callable[[Kit], Callable[[Any, float], Any]]:
        """Answer what builds the sweep function in a new environment: its event and its seconds in, its answer out."""

        def make(kit: Kit) -> Callable[[Any, float], Any]:
            clock = self.clock.Clock(now=kit.now, monotonic=kit.monotonic, sleep=kit.sleep)
            function: Callable[[Any, float], Any] = self.bootstrap.sweep(environment, kit.aws, clock).invoke
            return function

        return make


def load(bug: SeededBug | None = None) -> Subject:
    """Import the service afresh, with ``bug`` in it. Raise ``TargetGone``."""
    with _fresh() as importing:
        bootstrap = importing("bootstrap")
        real, bootstrap.batch = bootstrap.batch, lambda: None  # type: ignore[attr-defined]  # the worker's module builds one when imported
        worker = importing("worker")
        bootstrap.batch = real  # type: ignore[attr-defined]  # as above
        clock = importing("transfer.clock")
        bootstrap._logger = lambda: _QUIET  # type: ignore[attr-defined]  # what the functions log is of no use here
        importing("transfer.following")  # imported only when a request follows
        if bug is not None:
            bug.plant(importing)
        return Subject(bootstrap, worker, clock, {name: sys.modules[name] for name in _ours()})


def _patience(config: Any) -> Patience:
    return Patience(float(config.read_timeout), int(config.retries["total_max_attempts"]))


def _ours() -> list[str]:
    return [name for name in sys.modules if name == PACKAGE or name.startswith(f"{PACKAGE}.")]


@contextmanager
def _fresh(modules: dict[str, ModuleType] | None = None) -> Iterator[Callable[[str], ModuleType]]:
    """The package's modules are these, or none yet; those that are imported meanwhile are added to them."""
    kept = {name: sys.modules.pop(name) for name in _ours()}
    sys.modules.update(modules or {})
    try:
        yield lambda name: import_module(f"{PACKAGE}.{name}")
    finally:
        for name in _ours():
            module = sys.modules.pop(name)
            if modules is not None:
                modules[name] = module
        sys.modules.update(kept)
