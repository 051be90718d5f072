"""A function with its execution environments: reused when free, made when needed, replaced when dead or worn out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from local.lambda_runtime.configuration import FunctionConfiguration, Runtime
from local.lambda_runtime.environment import Environment
from local.lambda_runtime.result import Invocation


class Function:
    """Invoke from as many threads as there should be environments at most.

    ``variables`` is asked once for every new environment: AWS_REGION, credentials, endpoints. ``recycle_after`` ends an
    environment after so many invocations, because Lambda ends them whenever it likes.
    """

    def __init__(
        self,
        configuration: FunctionConfiguration,
        runtime: Runtime,
        variables: Callable[[], Mapping[str, str]],
        log: Path,
        *,
        recycle_after: int | None = None,
    ) -> None:
        self.configuration = configuration
        self.log = log
        self._runtime = runtime
        self._variables = variables
        self._recycle_after = recycle_after
        self._guard = threading.Lock()
        self._free: list[Environment] = []
        self._busy: set[Environment] = set()
        self._closed = False
        self.environments_made = 0
        self.most_at_once = 0

    @property
    def runtime(self) -> str:
        """The interpreter, for a person."""
        return f"Python {self._runtime.minor}"

    def invoke(self, payload: bytes) -> Invocation:
        """Run the handler in a free environment, or in a new one."""
        environment = self._take()
        try:
            return environment.invoke(payload)
        finally:
            self._give_back(environment)

    def kill_one(self, *, starting: bool = False) -> bool:
        """End one environment in the middle of its work, as a failing host would. Return whether one was at work.

        ``starting``: end one that has not come up yet instead.
        """
        return self._end_one(lambda busy: busy.initialized is not starting)

    def recycle(self) -> None:
        """End all free environments, as Lambda does after a while without work."""
        with self._guard:
            free, self._free = self._free, []
        for environment in free:
            environment.close()

    def close(self) -> None:
        """End everything. Safe to call again; an invocation under way ends as a crash."""
        self._closed = True
        self.recycle()
        while self._end_one(lambda _busy: True):
            pass

    def _end_one(self, suits: Callable[[Environment], bool]) -> bool:
        with self._guard:
            victim = next((one for one in self._busy if not one.dead and suits(one)), None)
        if victim is not None:
            victim.close()
        return victim is not None

    def _take(self) -> Environment:
        with self._guard:
            environment = self._free.pop() if self._free else self._make()
            self._busy.add(environment)
            self.most_at_once = max(self.most_at_once, len(self._busy))
            return environment

    def _make(self) -> Environment:
        if self._closed:
            raise RuntimeError(f"function {self.configuration.name} is closed")
        self.environments_made += 1
        return Environment(self.configuration, self._runtime, self._variables(), self.log)

    def _give_back(self, environment: Environment) -> None:
        worn_out = self._recycle_after is not None and environment.invocations >= self._recycle_after
        with self._guard:
            self._busy.discard(environment)
            keep = not (environment.dead or worn_out or self._closed)
            if keep:
                self._free.append(environment)
        if not keep:
            environment.close()
