"""What goes wrong in a run: some families of faults, each in its own windows, and how Connect behaves where AWS does not say."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from local.connect.model import Fault as ConnectFault
from local.connect.model import FaultKind, Replay
from local.connect.model.switches import Ended
from local.virtual import Fault, Kind
from tests.simulation.scenario import LATEST_SECONDS

_AWS_KINDS = (
    Kind.THROTTLED,
    Kind.ERROR,
    Kind.LOST_ERROR,
    Kind.DENIED,
    Kind.REFUSED,
    Kind.LOST,
    Kind.LOST_ANSWER,
    Kind.LATE,
)
_OPERATIONS = {
    "dynamodb": ("*", "PutItem"),
    "sqs": ("*", "SendMessage", "ChangeMessageVisibilityBatch"),
    "events": ("*",),
}
_CONNECT_OPERATIONS = ("TransferContact", "TransferContact", "*", "DescribeContact", "ListAssociatedContacts")
_LOSING = (
    FaultKind.LOST_RESET,
    FaultKind.LOST_HANG,
    FaultKind.LOST_GARBAGE,
    FaultKind.LOST_500,
    FaultKind.LOST_503,
    FaultKind.LOST_408,
    FaultKind.LOST_409,
    FaultKind.LOST_EMPTY,
    FaultKind.LOST_PAGE_200,
    FaultKind.LOST_PAGE_400,
    FaultKind.LOST_PAGE_403,
    FaultKind.LOST_PAGE_404,
)
_REFUSING = (
    FaultKind.THROTTLE,
    FaultKind.THROTTLE_400,
    FaultKind.INTERNAL_ERROR,
    FaultKind.UNAVAILABLE,
    FaultKind.REQUEST_TIMEOUT,
    FaultKind.CONFLICT,
    FaultKind.ACCESS_DENIED,
    FaultKind.EXPIRED_TOKEN,
    FaultKind.ACTIVE_TASK_QUOTA,
    FaultKind.RESET,
    FaultKind.REFUSED,
    FaultKind.HANG,
    FaultKind.EMPTY,
    FaultKind.PAGE_200,
    FaultKind.PAGE_400,
    FaultKind.PAGE_403,
    FaultKind.PAGE_404,
)


def faults(random: Random, span: float, contacts: int) -> tuple[tuple[Fault, ...], tuple[ConnectFault, ...]]:
    """The faults of the worker's side and those of Connect."""
    ours: list[Fault] = []
    connects: list[ConnectFault] = []
    for service in _OPERATIONS:
        if random.random() < 0.35:
            ours += [_aws(random, service, span) for _ in range(random.choice((1, 1, 2, 3)))]
    if random.random() < 0.45:
        ours += [_death(random, span) for _ in range(random.choice((1, 1, 2)))]
    if random.random() < 0.45:
        ours += [_own(random, span) for _ in range(random.choice((1, 2, 3)))]
    if random.random() < 0.04:
        ours.append(_deadly(random, contacts))
    if random.random() < 0.7:
        connects += [_connect(random, span) for _ in range(random.choice((1, 1, 2, 3)))]
    return tuple(ours), _in_time(connects)


def _window(random: Random, span: float) -> tuple[float, float]:
    begins = random.random() * span
    longest = (10.0, 60.0, 300.0, 300.0, 1800.0, 1800.0, 7200.0, 40000.0)
    return begins, begins + random.choices(longest, (6, 6, 6, 6, 6, 6, 4, 1))[0] * (0.2 + random.random())


def _chance(random: Random) -> float:
    return random.choice((0.02, 0.1, 0.3, 0.7, 1.0))


def _aws(random: Random, service: str, span: float) -> Fault:
    kinds = _AWS_KINDS if service == "dynamodb" else (*_AWS_KINDS, Kind.PARTIAL, Kind.PARTIAL)
    begins, ends = _window(random, span)
    return Fault(
        service,
        random.choice(kinds),
        random.choice(_OPERATIONS[service]),
        _chance(random),
        begins,
        ends,
        seconds=0.5 + random.random() * 10,
    )


def _death(random: Random, span: float) -> Fault:
    kind = random.choice((Kind.DIES, Kind.DIES_AFTER, Kind.DIES_AFTER, Kind.DIES_DURING, Kind.FREEZE))
    service = random.choice(("connect", "connect", "dynamodb", "sqs", "events"))
    begins, ends = _window(random, span)
    seconds = random.choice((5.0, 30.0, 70.0))
    return Fault(service, kind, "*", random.choice((0.02, 0.1, 0.3)), begins, min(ends, begins + 9000.0), seconds)


def _own(random: Random, span: float) -> Fault:
    service, kind = random.choice(
        (
            ("queue", Kind.DUPLICATE),
            ("queue", Kind.DUPLICATE),
            ("queue", Kind.LOST_DELETE),
            ("function", Kind.NOT_INVOKED),
            ("function", Kind.RECYCLE),
            ("function", Kind.DIES_AFTER),
        )
    )
    begins, ends = _window(random, span)
    return Fault(service, kind, "*", random.choice((0.05, 0.2, 0.5)), begins, min(ends, begins + 9000.0))


def _deadly(random: Random, contacts: int) -> Fault:
    """One contact kills the worker whenever it is worked on, for as long as it takes to give it up."""
    operation = random.choice(("TransferContact", "DescribeContact"))
    kind = random.choice((Kind.DIES, Kind.DIES_AFTER))
    return Fault("connect", kind, operation, 1.0, 0.0, 20000.0, contact=f"#{random.randrange(contacts)}")


def _connect(random: Random, span: float) -> ConnectFault:
    begins, ends = _window(random, span)
    draw = random.random()
    window: dict[str, Any] = {"starts_after": begins, "seconds": ends - begins, "probability": _chance(random)}
    if draw < 0.4:
        return ConnectFault(random.choice(_LOSING), "TransferContact", **window)
    if draw < 0.55:
        delay = random.random() * LATEST_SECONDS
        return ConnectFault(FaultKind.LATE, "TransferContact", delay=delay + 0.1, **window)
    if draw < 0.65:
        return ConnectFault(
            FaultKind.SLOW, random.choice(_CONNECT_OPERATIONS), delay=random.random() * 8 + 0.1, **window
        )
    return ConnectFault(random.choice(_REFUSING), random.choice(_CONNECT_OPERATIONS), **window)


def _in_time(faults: list[ConnectFault]) -> tuple[ConnectFault, ...]:
    """The faults, shortened where they would make a call later together than one may be."""
    together = sum(fault.delay for fault in faults)
    return tuple(replace(fault, delay=fault.delay * min(1.0, LATEST_SECONDS / (together or 1.0))) for fault in faults)


def switches(random: Random, settle_minutes: float) -> tuple[tuple[str, Any], ...]:
    """The undocumented behaviours, each both ways. All stay inside what the service assumes; see docs/checking.md."""
    latest = settle_minutes * 60 - 60
    drawn: dict[str, Any] = {
        "token_replay": random.choice((Replay.FIRST_ANSWER, Replay.CONFLICT)),
        "token_forgotten_after": random.choice((60.0, 120.0, 600.0, 7 * 86400.0)),
        "token_remembers_rejection": random.random() < 0.06,
        "old_contact_active_for": random.choice((0.0, 0.0, 5.0, 30.0)),
        "end_shown_after": random.choice((0.0, 0.0, 2.0, 5.0)),
        "successor_listed_after": random.choice((0.0, 0.0, 2.0, 45.0, latest)),
        "contact_described_after": random.choice((0.0, 0.0, 2.0, 30.0)),
        "destination_known_after": random.choice((0.0, 0.0, 5.0, 45.0)),
        "flow_seconds": random.choice((0.0, 0.0, 10.0)),
        "ended_contact_answers": random.choice((Ended.INVALID_REQUEST, Ended.NOT_FOUND)),
        "answers_without_contact_id": random.random() < 0.07,
        "initial_contact_names_itself": random.random() < 0.5,
        "contact_known_after": random.choice((0.0, 0.0, 0.0, 10.0)),
        "clock_ahead": random.choice((0.0, 0.0, -3.0, 3.0)),
        "associated_page_size": random.choice((100.0, 100.0, 2.0)),
    }
    return tuple(drawn.items())


def rivalry_faults(random: Random) -> tuple[Fault, ...]:
    """Workers that die just after the call, now and then."""
    return (Fault("connect", Kind.DIES_AFTER, "TransferContact", random.choice((0.0, 0.2)), 0.0, 400.0),)


def rivalry_connect_faults(random: Random) -> tuple[ConnectFault, ...]:
    """Lost answers, throttles and late effects of TransferContact, all at once."""
    window: dict[str, Any] = {"operation": "TransferContact", "seconds": 400.0}
    return (
        ConnectFault(FaultKind.LOST_HANG, probability=0.5, **window),
        ConnectFault(FaultKind.THROTTLE, probability=random.choice((0.05, 0.05, 0.4)), **window),
        ConnectFault(FaultKind.LATE, probability=0.3, delay=LATEST_SECONDS - 1, **window),
    )


def rivalry_switches(random: Random) -> tuple[tuple[str, Any], ...]:
    """Everything that makes a transfer hard to see."""
    return (
        ("old_contact_active_for", 30.0),
        ("end_shown_after", 5.0),
        ("successor_listed_after", random.choice((45.0, 240.0))),
        ("token_replay", random.choice((Replay.FIRST_ANSWER, Replay.CONFLICT))),
    )
