"""A message that the worker has put into the dead-letter queue."""

from __future__ import annotations

from dataclasses import dataclass

from local.virtual import Message
from tests.simulation.evidence import Wanted


@dataclass(frozen=True)
class Verdict:
    """A message that the worker put into the dead-letter queue at ``time``, as it had announced at ``decided``.

    Also one that it announced as skipped or cancelled: of such a one nothing is parked.
    """

    time: float
    decided: float
    code: str
    text: str
    original: str
    wanted: Wanted | None
    parked: Message | None = None

    def attribute(self, name: str) -> str:
        """An attribute of the parked message; empty when it is not there."""
        return "" if self.parked is None else str(self.parked.attributes.get(name, {}).get("StringValue", ""))
