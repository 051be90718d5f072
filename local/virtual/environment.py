"""An execution environment of the virtual Lambda, and one run of the function in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from local.virtual.loop import Loop
from local.virtual.queue import Message
from local.virtual.wire import Sender


@dataclass(eq=False)
class Invocation:
    """One run of the function. ``how`` it ended: completed, raised, timed out, died; empty while it runs.

    ``over``: when its code ran last, which for a sandbox that was frozen is later than its end.
    ``disturbed``: some call of it did not go as it should. ``flaw``: what the event source found wrong with the answer.
    Times in epoch seconds.
    """

    number: int
    began: float
    environment: int
    messages: list[Message] = field(default_factory=list)
    ended: float = 0.0
    over: float = 0.0
    how: str = ""
    disturbed: bool = False
    flaw: str = ""
    error: str = ""


class Context:
    """Lambda's context object, as far as it is used. ``ends``: the invocation's time-out, in the loop's seconds."""

    function_name = "worker"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:worker"

    def __init__(self, loop: Loop, ends: float, aws_request_id: str) -> None:
        self._loop = loop
        self._ends = ends
        self.aws_request_id = aws_request_id

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds that are left of the invocation."""
        return int(max(0.0, self._ends - self._loop.now) * 1000)


Handler = Callable[[dict[str, Any], Context], Any]


@dataclass(eq=False)
class Host:
    """What an environment gives the code that runs in it: its wire, its clocks (``skew`` seconds off) and its chance.

    ``used``: invocations so far. ``idle_since``: the end of the latest.
    """

    number: int
    sender: Sender
    loop: Loop
    random: Random
    skew: float
    used: int = 0
    idle_since: float = 0.0

    def now(self) -> float:
        """The environment's wall clock, epoch seconds."""
        return self.loop.now + self.skew

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return self.loop.now

    def new_id(self) -> str:
        """A text that nobody else has."""
        return f"{self.random.getrandbits(128):032x}"
