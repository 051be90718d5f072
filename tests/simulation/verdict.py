"""A message that the worker has put into the dead-letter queue."""

from __future__ import annotations

from dataclasses import dataclass

from local.virtual import Message
from tests.simulation.evidence import Wanted


@dataclass(frozen=True)
class Verdict:
    """A message in the dead-letter queue, put there by the worker at ``time``, as it had announced at ``decided``."""

    time: float
    decided: float
    code: str
    text: str
    original: str
    wanted: Wanted | None
    parked: Message

    def told(self, name: str) -> str:
        """An attribute of the parked message; empty when it is not there."""
        return str(self.parked.attributes.get(name, {}).get("StringValue", ""))
