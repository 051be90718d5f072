"""What an invocation came to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Problem(StrEnum):
    """Why an invocation gave no answer. To an event source they are all the same: the function failed."""

    RAISED = "the handler raised"
    TIMED_OUT = "the function timed out"
    CRASHED = "the runtime exited"
    INIT_FAILED = "the function could not be initialized"


@dataclass(frozen=True)
class Invocation:
    """``payload`` is the handler's answer (JSON) or the error's description; ``problem`` is None after an answer."""

    payload: bytes
    problem: Problem | None = None
    detail: str = ""
    seconds: float = 0.0
