"""One execution environment: a clean process that runs the handler, one invocation at a time."""

from __future__ import annotations

import json
import queue
import threading
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from local.lambda_runtime.configuration import FunctionConfiguration, Runtime
from local.lambda_runtime.result import Invocation, Problem
from local.lambda_runtime.runtime_api import Answered, Exited, Happening, Order, Raised, Ready, RuntimeApi
from local.processes import Child

#: Lambda gives the initialization ten seconds. Source: "Lambda execution environment lifecycle".
INIT_SECONDS = 10.0


class Environment:
    """Started by its first invocation. After a time-out or a crash it is ``dead`` and must be replaced, as in Lambda."""

    def __init__(
        self, configuration: FunctionConfiguration, runtime: Runtime, variables: Mapping[str, str], log: Path
    ) -> None:
        self._configuration = configuration
        self._log = log
        self._api = RuntimeApi()
        self.invocations = 0
        self.dead = False
        self.log_stream = f"{datetime.now(UTC):%Y/%m/%d}/[$LATEST]{uuid.uuid4().hex}"
        self._child = Child(
            [str(runtime.python), "-m", "awslambdaric", configuration.handler],
            environment={
                **configuration.environment(variables["AWS_REGION"], self.log_stream),
                **runtime.variables(),
                **variables,
                "AWS_LAMBDA_RUNTIME_API": self._api.address,
            },
            directory=configuration.code,
            log=log,
        )
        self._begun = time.monotonic()
        threading.Thread(target=self._watch, daemon=True, name="environment-exit").start()
        self._initialized = False

    def invoke(self, payload: bytes) -> Invocation:
        """Run the handler once and return what came of it; never raises for what the function does."""
        if not self._initialized and (failure := self._initialize()):
            return failure
        self.invocations += 1
        order = self._order(payload)
        self._note("platform.start", requestId=order.request_id)
        self._begun = time.monotonic()
        self._api.orders.put(order)
        result = self._result(self._configuration.timeout)
        if result.problem in (Problem.TIMED_OUT, Problem.CRASHED):
            self.close()
        status = "success" if result.problem is None else result.problem.name.lower()
        metrics = {"durationMs": round(result.seconds * 1000, 2)}
        self._note("platform.report", requestId=order.request_id, status=status, metrics=metrics, detail=result.detail)
        return result

    @property
    def initialized(self) -> bool:
        """Whether it has come up, so that what it does now is the handler's work."""
        return self._initialized

    def close(self) -> None:
        """End the process group. Safe to call again."""
        if not self.dead:
            self.dead = True
            self._child.kill()
            self._api.close()

    def _initialize(self) -> Invocation | None:
        happening = self._next(INIT_SECONDS)
        if isinstance(happening, Ready):
            self._initialized = True
            self._note("platform.initReport", metrics={"durationMs": round((time.monotonic() - self._begun) * 1000, 2)})
            return None
        payload, detail = _init_failure(happening)
        self._note("platform.initReport", status="error", detail=detail)
        self.close()
        return Invocation(payload, Problem.INIT_FAILED, detail, time.monotonic() - self._begun)

    def _result(self, timeout: float) -> Invocation:
        deadline = time.monotonic() + timeout
        while True:
            happening = self._next(deadline - time.monotonic())
            if not isinstance(happening, Ready):
                return self._read(happening, time.monotonic() - self._begun)

    def _read(self, happening: Answered | Raised | Exited | None, seconds: float) -> Invocation:
        match happening:
            case None:
                detail = f"Task timed out after {self._configuration.timeout:.2f} seconds"
                return Invocation(json.dumps({"errorMessage": detail}).encode(), Problem.TIMED_OUT, detail, seconds)
            case Answered(_, payload):
                return Invocation(payload, seconds=seconds)
            case Raised(_, payload):
                return Invocation(payload, Problem.RAISED, _error_type(payload), seconds)
            case Exited(status):
                detail = f"signal {-status}" if status < 0 else f"exit status {status}"
                error = {"errorType": "Runtime.ExitError", "errorMessage": f"Runtime exited with error: {detail}"}
                return Invocation(json.dumps(error).encode(), Problem.CRASHED, detail, seconds)

    def _next(self, timeout: float) -> Happening | None:
        try:
            return self._api.happenings.get(timeout=max(0.0, timeout))
        except queue.Empty:
            return None

    def _order(self, payload: bytes) -> Order:
        now = time.time()
        deadline = int((now + self._configuration.timeout) * 1000)
        trace = f"Root=1-{int(now):08x}-{uuid.uuid4().hex[:24]};Parent={uuid.uuid4().hex[:16]};Sampled=1"
        return Order(str(uuid.uuid4()), payload, deadline, self._configuration.arn, trace)

    def _watch(self) -> None:
        self._api.happenings.put(Exited(self._child.wait()))

    def _note(self, kind: str, **record: object) -> None:
        """Append a line of the platform's own to the function's log, shaped like Lambda's JSON system logs."""
        line = {"time": datetime.now(UTC).isoformat(), "type": kind, "record": record, "logStream": self.log_stream}
        with self._log.open("a") as log:
            log.write(json.dumps(line) + "\n")


def _init_failure(happening: Happening | None) -> tuple[bytes, str]:
    match happening:
        case Raised(_, payload):
            return payload, _error_type(payload)
        case Exited(status):
            return b"{}", f"exit status {status} before the first invocation"
        case _:
            return b"{}", f"no sign of life within {INIT_SECONDS:g} s"


def _error_type(payload: bytes) -> str:
    try:
        error = json.loads(payload)
    except ValueError:
        return ""
    return str(error.get("errorType", "")) if isinstance(error, dict) else ""
