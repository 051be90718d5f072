"""Kept scenarios of what a request may ask for beside a transfer: a condition, its lane, to follow, to be cancelled."""

from __future__ import annotations

from local.connect.model import Fault as ConnectFault
from local.connect.model import FaultKind
from local.virtual import Fault, Kind
from tests.simulation.scenario import Ask, Doing, Request, Scenario

#: Connect does what it is asked, and its answer is lost.
_LOST = (ConnectFault(FaultKind.LOST_500, "TransferContact", seconds=10.0),)


def lost_under_a_condition(seed: int) -> Scenario:
    """Contacts that wait are transferred, and the answers are lost: the contacts have ended when work on them begins again."""
    return Scenario(
        seed=seed,
        contacts=("waiting",) * 4,
        requests=tuple(Request(contact, queue="Billing", waiting=True) for contact in range(4)),
        asks=tuple(Ask(number * 0.1, number) for number in range(4)),
        connect_faults=_LOST,
    )


def cancelled_after_a_lost_answer(seed: int) -> Scenario:
    """Requests are cancelled a moment after their contacts were transferred and the answers lost."""
    named = tuple(f"lost-{contact}" for contact in range(4))
    requests = tuple(Request(contact, queue="Support", request_id=name) for contact, name in enumerate(named))
    cancellations = tuple(Request(cancels=("cancelRequestId", name)) for name in named)
    return Scenario(
        seed=seed,
        contacts=("task",) * 4,
        requests=(*requests, *cancellations),
        asks=(
            *(Ask(number * 0.1, number) for number in range(4)),
            *(Ask(1.5, number, urgent=True) for number in range(4, 8)),
        ),
        connect_faults=_LOST,
    )


def followed_by_a_lost_answer(seed: int) -> Scenario:
    """An agent has transferred contacts; requests that follow move the new ones, and the answers are lost."""
    return Scenario(
        seed=seed,
        contacts=("task",) * 4,
        requests=tuple(Request(contact, queue="Billing", follow=True) for contact in range(4)),
        asks=tuple(Ask(60.0 + number, number) for number in range(4)),
        doings=tuple(Doing(1.0, "transfer", contact, "Support") for contact in range(4)),
        connect_faults=(ConnectFault(FaultKind.LOST_500, "TransferContact", seconds=75.0),),
    )


def not_taken_by_its_lane(seed: int) -> Scenario:
    """Urgent requests are sent to the transfer queue while the urgent queue takes nothing."""
    return Scenario(
        seed=seed,
        contacts=("task",) * 2,
        requests=tuple(Request(contact, queue="Support", priority="urgent") for contact in range(2)),
        asks=tuple(Ask(float(number), number) for number in range(2)),
        faults=(Fault("sqs", Kind.ERROR, "SendMessage", 1.0, 0.0, 10.0),),
    )
