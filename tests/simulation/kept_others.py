"""Kept scenarios of what others do: an agent or another deployment transfers a contact, Connect is away, a role lacks a right."""

from __future__ import annotations

from local.connect.model import Fault as ConnectFault
from local.connect.model import FaultKind
from tests.simulation.scenario import Ask, Doing, Request, Scenario

_HOURS = 7200.0
#: Calls do nothing at first; then Connect is away until long after they could still have taken effect.
_IN_VAIN = (
    ConnectFault(FaultKind.RESET, "TransferContact", seconds=20.0),
    ConnectFault(FaultKind.UNAVAILABLE, starts_after=20.0, seconds=_HOURS - 20.0),
)


def by_hand_hours_later(seed: int) -> Scenario:
    """Two hours after a call that did nothing, an agent moves the contact to the very queue that was asked for."""
    return Scenario(
        seed=seed,
        contacts=("task",),
        requests=(Request(0, queue="Support"),),
        asks=(Ask(0.0, 0),),
        doings=(Doing(_HOURS - 60.0, "transfer", 0, "Support"),),
        connect_faults=_IN_VAIN,
    )


def by_another_deployment(seed: int) -> Scenario:
    """Two hours after a call that did nothing, another deployment moves the contact to the same queue."""
    return Scenario(
        seed=seed,
        contacts=("task",),
        requests=(Request(0, queue="Support", request_id="first"), Request(0, queue="Support", request_id="second")),
        asks=(Ask(0.0, 0), Ask(_HOURS + 1.0, 1, deployment=1)),
        connect_faults=_IN_VAIN,
    )


def away(seed: int) -> Scenario:
    """Connect is away for longer than a message that comes back every second has receives."""
    return Scenario(
        seed=seed,
        contacts=("task",),
        requests=(Request(0, queue="Support"),),
        asks=(Ask(0.0, 0),),
        connect_faults=(ConnectFault(FaultKind.UNAVAILABLE, seconds=2400.0),),
    )


def denied(seed: int) -> Scenario:
    """The worker's role may not transfer for a minute."""
    return Scenario(
        seed=seed,
        contacts=("task",),
        requests=(Request(0, queue="Support"),),
        asks=(Ask(0.0, 0),),
        connect_faults=(ConnectFault(FaultKind.ACCESS_DENIED, "TransferContact", seconds=60.0),),
    )
