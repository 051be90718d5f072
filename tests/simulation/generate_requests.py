"""What producers ask for: mostly what can be done, and every kind of what cannot, with the codes that are true of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from tests.simulation.generate_fields import others
from tests.simulation.scenario import Request

_QUEUES = ("Support", "Billing", "Overflow", "Supervisors")


def wanted(random: Random) -> tuple[tuple[str, ...], tuple[Request, ...]]:
    """The contacts of a run by kind, and the requests about them."""
    contacts: list[str] = []
    requests: list[Request] = []
    wrong = random.choice((0.0, 0.1, 0.4))
    for _ in range(random.choice((2, 6, 8, 16, 36))):
        if random.random() < wrong:
            kind, made = random.choice(WRONG)(random, len(requests))
        else:
            kind, made = _right(random, len(requests))
        number = len(contacts)
        contacts.append(kind)
        requests += [replace(one, contact=number) for one in made]
    return tuple(contacts), tuple(requests)


Made = tuple[str, list[Request]]


def _destination(random: Random) -> dict[str, Any]:
    draw = random.random()
    if draw < 0.65:
        return {"flow": "Move to queue", "queue": random.choice(_QUEUES)}
    if draw < 0.85:
        return {"flow": "Move to agent", "user": random.choice(("ana", "ben"))}
    return {"flow": "Inbound"}


def _right(random: Random, number: int) -> Made:
    kind = random.choice(("task", "task", "task", "email", "chain10", "linked"))
    first = Request(
        **_destination(random), request_id=_name(random, number), expires_in=_expiry(random), extra=others(number)
    )
    if random.random() > 0.25:
        return kind, [first]
    # another name for the same contact: one of them wins, the other learns that the contact is gone
    other = Request(flow="Move to queue", queue=random.choice(_QUEUES), request_id=f"other-{number}")
    return kind, [first, other] if _target(first) != _target(other) else [first]


def _target(request: Request) -> tuple[Any, ...]:
    return (request.flow, request.queue, request.user)


def _name(random: Random, number: int) -> str | None:
    return f"order-{number}" if random.random() < 0.5 else None


def _expiry(random: Random) -> float | None:
    return random.choice((5.0, 120.0, 3600.0)) if random.random() < 0.1 else None


def _static(code: str, **fields: Any) -> Callable[[Random, int], Made]:
    def make(_random: Random, number: int) -> Made:
        given = {"queue": "Support", "request_id": f"wrong-{number}", **fields}
        return "task", [Request(**given, codes=frozenset({code}), static=True)]

    return make


def _malformed(random: Random, number: int) -> Made:
    texts = ("", "nothing", '["a"]', '{"contactId": NaN}', '{"a": 1, "a": 2}', '{"detail-type": "Other"}', '"\\ud800"')
    body = (
        json.dumps(number) + random.choice(texts)
        if random.random() < 0.5
        else random.choice(texts) + " " * (number + 1)
    )
    return "task", [Request(body=body, codes=frozenset({"MalformedMessage"}), static=True)]


def _dynamic(contact: str, *codes: str, **fields: Any) -> Callable[[Random, int], Made]:
    def make(_random: Random, number: int) -> Made:
        given = {"queue": "Support", "request_id": f"unfit-{number}", **fields}
        return contact, [Request(**given, codes=frozenset(codes))]

    return make


def _mismatch(random: Random, number: int) -> Made:
    first = Request(queue="Support", request_id=f"twice-{number}")
    second = Request(
        queue="Billing", request_id=f"twice-{number}", codes=frozenset({"IdempotencyMismatch", "ContactNotActive"})
    )
    return "task", [first, second] if random.random() < 0.5 else [second, first]


#: Requests that cannot be carried out, each with its failure codes.
WRONG = (
    _malformed,
    _static("InvalidField", extra=(("queueID", "x"),)),
    _static("InvalidField", extra=(("reason", 7),)),
    _static("InvalidField", extra=(("reason", "x" * 300),)),
    _static("InvalidField", extra=(("route", "nowhere"),)),
    _static("BothDestinations", user="ana"),
    _static("InstanceNotAllowed", extra=(("instanceId", "another"),)),
    _dynamic("chat", "UnsupportedChannel"),
    _dynamic("ended", "ContactNotActive"),
    _dynamic("unknown", "ContactNotFound"),
    _dynamic("chain11", "TransferLimitReached"),
    _dynamic("task", "UnsupportedFlowType", flow="Customer hold"),
    _dynamic("task", "FlowNotUsable", flow="Draft"),
    _dynamic("task", "FlowNotUsable", flow="Retired"),
    _dynamic("task", "FlowNotFound", flow="?"),
    _dynamic("task", "DestinationNotFound", queue="?"),
    _dynamic("task", "RequestExpired", expires_in=-5.0),
    _mismatch,
)
