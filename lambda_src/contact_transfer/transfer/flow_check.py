"""Flows as Connect shows them, remembered for five minutes when they are fit for a transfer, and never when they are not.

A flow is fixed by a person who then redrives: a remembered refusal would refuse again. Two calls a second are allowed for
DescribeContactFlow, as many as for TransferContact, so without the memory every transfer would wait for both.
"""

from __future__ import annotations

from contact_transfer.connect.connect import Connect
from contact_transfer.transfer import rules
from contact_transfer.transfer.clock import Clock, Deadline
from contact_transfer.transfer.outcome import Failed, FailureCode

REMEMBER_SECONDS = 300.0
_AT_MOST = 1000  # flows; an instance has a few hundred


class Flows:
    """Answers whether a flow can be the flow of a transfer."""

    def __init__(self, connect: Connect, clock: Clock) -> None:
        self._connect = connect
        self._clock = clock
        self._good: dict[tuple[str, str], float] = {}

    def check(self, instance_id: str, flow_id: str, deadline: Deadline, *, afresh: bool = False) -> Failed | None:
        """None when the flow is fit. ``afresh``: ask Connect again. Raises what ``Connect.flow`` raises."""
        key = (instance_id, flow_id)
        if not afresh and self._good.get(key, 0.0) > self._clock.monotonic():
            return None
        refused = self._ask(instance_id, flow_id, deadline)
        if refused is not None:
            self._good.pop(key, None)
            return refused
        if len(self._good) >= _AT_MOST:
            self._good.clear()
        self._good[key] = self._clock.monotonic() + REMEMBER_SECONDS
        return None

    def _ask(self, instance_id: str, flow_id: str, deadline: Deadline) -> Failed | None:
        flow = self._connect.flow(instance_id, flow_id, deadline)
        if flow is None:
            return Failed(FailureCode.FLOW_NOT_FOUND, f"Flow {flow_id} is not known to instance {instance_id}.")
        unusable = rules.check_flow(flow_id, archived=flow.archived, published=flow.published)
        if unusable or flow.flow_type is None:
            return unusable
        return rules.check_flow_type(flow_id, flow.flow_type)
