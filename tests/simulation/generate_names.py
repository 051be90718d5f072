"""Names that are corrected or used again: for another contact, for what failed, and while their messages are delivered several times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from local.connect.model import Fault as ConnectFault
from local.connect.model import FaultKind
from local.virtual import Fault, Kind
from tests.simulation.scenario import Ask, Request, Scenario

_HOUR = 3600.0


_RIGHT_KINDS = ("task", "task", "email", "linked")


#: What is wrong at first, by its code: the kind of contact and the fields.
_MENDABLE: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("DestinationNotFound", "task", {"queue": "?"}),
    ("FlowNotFound", "task", {"flow": "?"}),
    ("FlowNotUsable", "task", {"flow": "Draft"}),
    ("UnsupportedFlowType", "email", {"flow": "Customer hold"}),
    ("ContactNotFound", "unknown", {}),
    ("ContactNotActive", "ended", {}),
    ("UnsupportedChannel", "chat", {}),
    ("RequestExpired", "task", {"expires_in": -5.0}),
)


def same_names(random: Random, made: Scenario) -> Scenario:
    """Names used again: for another contact, and, corrected, for what failed."""
    contacts, requests, asks = list(made.contacts), list(made.requests), []
    first_at = {ask.request: ask.at for ask in reversed(made.asks)}

    def ask(request: Request, at: float) -> None:
        asks.append(Ask(max(0.0, at), len(requests), random.choice(("bare", "arn", "event"))))
        requests.append(request)

    named = [n for n, one in enumerate(made.requests) if one.request_id and not one.static and one.route is None]
    for number in random.sample(named, min(len(named), random.choice((0, 1, 2)))):
        contacts.append(random.choice(_RIGHT_KINDS))
        other = Request(len(contacts) - 1, queue="Overflow", request_id=made.requests[number].request_id)
        ask(other, first_at.get(number, 0.0) + random.choice((-30.0, 0.5, 20.0, 7200.0)) * random.random())
    for number in range(random.choice((1, 1, 3))):
        _corrected(random, contacts, ask, f"mended-{number}", random.random() * made.span)
    return replace(made, contacts=tuple(contacts), requests=tuple(requests), asks=made.with_asks(asks))


def at_once(random: Random, made: Scenario) -> Scenario:
    """Names that are corrected while their messages are delivered several times at once, with a slow ledger and answers that get lost."""
    contacts, requests = list(made.contacts), list(made.requests)
    asks: list[Ask] = []
    # A token that remembers its rejection is never accepted, and each copy has hours of its own to try.
    remembers = bool(made.switch("token_remembers_rejection"))

    def ask(request: Request, at: float) -> None:
        copies = 1 if remembers else random.choice((1, 1, 2))
        asks.extend(Ask(at + random.random() * 3.0 * copy, len(requests)) for copy in range(copies))
        requests.append(request)

    begins = random.random() * made.span
    for number in range(6):
        _corrected(random, contacts, ask, f"at-once-{number}", begins + number * 10.0, delays=(1.0, 4.0))
    ends = begins + 90.0
    kind = random.choice((Kind.LOST_ERROR, Kind.LATE, Kind.ERROR, Kind.FREEZE))
    faults = (
        Fault("queue", Kind.DUPLICATE, "*", 0.7, begins, ends),
        Fault("dynamodb", Kind.FREEZE, "PutItem", 0.2, begins, ends, seconds=3.0),
        Fault("dynamodb", kind, "PutItem", 0.2, begins, ends, seconds=9.0),
    )
    lost = random.choice((FaultKind.LOST_RESET, FaultKind.LOST_500, FaultKind.LOST_HANG))
    answers = ConnectFault(lost, "TransferContact", probability=0.8, starts_after=begins, seconds=90.0)
    return replace(
        made,
        contacts=tuple(contacts),
        requests=tuple(requests),
        asks=made.with_asks(asks),
        faults=(*faults, *made.faults),
        connect_faults=(answers, *made.connect_faults),
    )


def _corrected(
    random: Random,
    contacts: list[str],
    ask: Callable[[Request, float], None],
    name: str,
    at: float,
    *,
    delays: tuple[float, ...] = (1.0, 20.0, 600.0, 3 * _HOUR),
) -> None:
    """What cannot be done, and the same name sent again with what can: to another queue, or for another contact."""
    code, kind, fields = random.choice(_MENDABLE)
    contacts.append(kind)
    wrong = Request(len(contacts) - 1, **{"queue": "Billing", **fields}, request_id=name, codes=frozenset({code}))
    if kind not in ("task", "email") or random.random() < 0.3:
        contacts.append("task")
    later = at + random.choice(delays) * random.random()
    ask(wrong, at)
    ask(Request(len(contacts) - 1, queue="Support", request_id=name), later)
