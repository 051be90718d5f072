"""How long a call may have been on its way to Amazon Connect."""

from __future__ import annotations

from local.connect.model import CallRecord, FaultKind
from local.virtual.wire import TRAVEL
from tests.simulation.case import FROZEN
from tests.simulation.scenario import Scenario


def on_its_way(scenario: Scenario, call: CallRecord, began: float) -> float:
    """How long before it is seen a call may have been started, in seconds. ``began``: when the run did."""
    at = call.time - began
    held = sum(fault.delay for fault in scenario.connect_faults if fault.kind is FaultKind.LATE)
    frozen = [
        fault.seconds
        for fault in scenario.faults
        if fault.kind in FROZEN and fault.service == "connect" and fault.begins <= at < fault.ends + fault.seconds
    ]
    return TRAVEL["connect"][1] + (held if "late" in (call.fault or "") else 0.0) + max(frozen, default=0.0)
