"""What is rare and long: outages of hours, a queue that spends its receives, days later, names that are corrected or used again.

Each is drawn from a stream of its own, so that whatever is added here leaves the seeds as they were in which it is not drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from local.connect.model import Fault as ConnectFault
from local.connect.model import FaultKind
from local.virtual import Fault, Kind
from tests.simulation.scenario import Ask, Request, Scenario

_DAY = 86_400.0
_HOUR = 3600.0
#: Messages times hours of an outage: each is received some eight times an hour while it waits.
_MESSAGE_HOURS = 100.0
_AWAY = (
    FaultKind.UNAVAILABLE,
    FaultKind.INTERNAL_ERROR,
    FaultKind.THROTTLE,
    FaultKind.ACCESS_DENIED,
    FaultKind.REFUSED,
    FaultKind.RESET,
    FaultKind.HANG,
)
_AWAY_TRANSFER = (*_AWAY, FaultKind.LOST_503, FaultKind.ACTIVE_TASK_QUOTA)
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


def further(made: Scenario) -> Scenario:
    """The scenario with what its seed draws beyond it."""
    for name, chance, change in _CHANGES:
        random = Random(f"{name} {made.seed}")
        if random.random() < chance:
            made = change(random, made)
    return made


def _switch(made: Scenario, name: str) -> Any:
    return dict(made.switches).get(name)


def _span(made: Scenario) -> float:
    return max((ask.at for ask in made.asks), default=0.0)


def _with_asks(made: Scenario, asks: list[Ask]) -> tuple[Ask, ...]:
    return tuple(sorted((*made.asks, *asks), key=lambda ask: ask.at))


def _from_first(_random: Random, made: Scenario) -> Scenario:
    """SQS's 12 hours count from the message's first receive."""
    return replace(made, limit_from_first=True)


def _linked_tasks(_random: Random, made: Scenario) -> Scenario:
    """A linked task inherits its predecessor's transfers."""
    return replace(made, switches=(*made.switches, ("linked_task_keeps_transfer_count", True)))


def _linked_to_full(_random: Random, made: Scenario) -> Scenario:
    """A task that is linked to one which eleven transfers precede. They precede the task as well, whether Connect counts them or not."""
    contact = len(made.contacts) + 1
    request = Request(contact, queue="Support", request_id="linked-full", codes=frozenset({"TransferLimitReached"}))
    return replace(
        made,
        contacts=(*made.contacts, "chain11", f"sibling{contact - 1}"),
        requests=(*made.requests, request),
        asks=_with_asks(made, [Ask(_span(made), len(made.requests))]),
    )


def _old_id(_random: Random, made: Scenario) -> Scenario:
    """The answer names the old contact. Only where that ends at once and nobody else asks for it: see docs/reliability.md, the limits."""
    if made.loops or len({one.contact for one in made.requests}) < len(made.requests):
        return made
    kept = tuple(one for one in made.switches if one[0] != "old_contact_active_for")
    return replace(made, switches=(*kept, ("old_contact_active_for", 0.0), ("answers_old_contact_id", True)))


def _outage(random: Random, made: Scenario) -> Scenario:
    """An hour and more in which a service, or one call, never answers as it should."""
    hours = min(random.choice((1.2, 3.0, 8.0, 16.0, 30.0)), max(1.2, _MESSAGE_HOURS / max(1, len(made.asks))))
    begins = random.random() * _span(made)
    ends = begins + hours * _HOUR
    window: dict[str, Any] = {"starts_after": begins, "seconds": ends - begins}
    draw = random.random()
    if draw < 0.4:
        return replace(made, connect_faults=(ConnectFault(random.choice(_AWAY), **window), *made.connect_faults))
    if draw < 0.7:
        one = ConnectFault(random.choice(_AWAY_TRANSFER), "TransferContact", **window)
        return replace(made, connect_faults=(one, *made.connect_faults))
    service = random.choice(("dynamodb", "dynamodb", "sqs", "events"))
    kind = random.choice((Kind.ERROR, Kind.THROTTLED, Kind.DENIED, Kind.REFUSED, Kind.LOST, Kind.LOST_ERROR))
    return replace(made, faults=(Fault(service, kind, "*", 1.0, begins, ends), *made.faults))


def _few_receives(random: Random, made: Scenario) -> Scenario:
    """A queue that gives up after a few receives, something that spends them, and, mostly, an operator who sends back what it gave up."""
    begins = random.random() * _span(made)
    ends = begins + random.choice((0.5, 2.0, 6.0)) * _HOUR
    kind = random.choice((Kind.NOT_INVOKED, Kind.DIES, Kind.DIES_AFTER, Kind.ERROR))
    service = {Kind.NOT_INVOKED: "function", Kind.ERROR: "dynamodb"}.get(kind, "connect")
    fault = Fault(service, kind, "*", random.choice((0.5, 0.9, 1.0)), begins, ends)
    back = (ends + random.random() * _HOUR,) if random.random() < 0.7 else ()
    return replace(
        made,
        maximum_receives=random.choice((5, 8, 12, 20)),
        faults=(fault, *made.faults),
        redrives=tuple(sorted((*made.redrives, *back))),
    )


def _names(random: Random, made: Scenario) -> Scenario:
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
        _corrected(random, contacts, ask, f"mended-{number}", random.random() * _span(made))
    return replace(made, contacts=tuple(contacts), requests=tuple(requests), asks=_with_asks(made, asks))


def at_once(random: Random, made: Scenario) -> Scenario:
    """Names that are corrected while their messages are delivered several times at once, with a slow ledger and answers that get lost."""
    contacts, requests = list(made.contacts), list(made.requests)
    asks: list[Ask] = []
    # A token that remembers its rejection is never accepted, and each copy has hours of its own to try.
    remembers = bool(_switch(made, "token_remembers_rejection"))

    def ask(request: Request, at: float) -> None:
        copies = 1 if remembers else random.choice((1, 1, 2))
        asks.extend(Ask(at + random.random() * 3.0 * copy, len(requests)) for copy in range(copies))
        requests.append(request)

    begins = random.random() * _span(made)
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
        asks=_with_asks(made, asks),
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


def _events(random: Random, made: Scenario) -> Scenario:
    """Which of the messages in events are EventBridge's duplicates of one event, and which are another event of the producer's."""
    latest: dict[int, Ask] = {}
    asks = []
    for ask in made.asks:
        if ask.form == "event":
            before = latest.get(ask.request)
            if before is not None:
                ask = replace(ask, event=before.event + (random.random() < 0.5))  # noqa: PLW2901 - the same ask
            latest[ask.request] = ask
        asks.append(ask)
    return replace(made, asks=tuple(asks))


def _replay(random: Random, made: Scenario) -> Scenario:
    """Somebody replays what the bus has archived, hours or days later."""
    begins = _span(made) + random.choice((_HOUR, _DAY, 10 * _DAY)) * random.random()
    events = {(ask.request, ask.event): ask for ask in made.asks if ask.form == "event"}
    again = [replace(ask, at=begins + random.random() * 60.0, replay="again") for ask in events.values()]
    return made if _switch(made, "token_remembers_rejection") else replace(made, asks=_with_asks(made, again))


def _forgetful(random: Random, made: Scenario) -> Scenario:
    """A ledger that remembers for days, and DynamoDB deletes what has expired; then requests come again, and names for other contacts."""
    if _switch(made, "token_remembers_rejection") or "routes" in dict(made.settings):
        return made  # what a route may do is counted for as long as the ledger remembers, too; one excuse is enough
    days = random.choice((2.0, 30.0))
    stay = random.choice((2 * _HOUR, _DAY, 3 * _DAY))
    contacts, requests, asks = list(made.contacts), list(made.requests), []
    for number, request in enumerate(made.requests):
        at = _span(made) + (days * _DAY + stay) * (0.4 + random.random())
        if random.random() < 0.5:
            asks.append(Ask(at, number, "event", event=9))
        if request.request_id and not request.static and random.random() < 0.3:
            contacts.append("task")
            requests.append(Request(len(contacts) - 1, queue="Overflow", request_id=request.request_id))
            asks.append(Ask(at + random.random() * _DAY, len(requests) - 1))
    return replace(
        made,
        contacts=tuple(contacts),
        requests=tuple(requests),
        asks=_with_asks(made, asks),
        settings=(*(one for one in made.settings if one[0] != "ledger_days"), ("ledger_days", days)),
        expired_stay=stay,
    )


#: By the name of its stream: how many of the seeds draw it. In this order, each on what the former have made.
_CHANGES: tuple[tuple[str, float, Callable[[Random, Scenario], Scenario]], ...] = (
    ("limit", 0.5, _from_first),
    ("linked tasks", 0.5, _linked_tasks),
    ("linked to full", 0.04, _linked_to_full),
    ("outage", 0.04, _outage),
    ("few receives", 0.04, _few_receives),
    ("same names", 0.08, _names),
    ("at once", 0.04, at_once),
    ("events", 1.0, _events),
    ("replayed", 0.05, _replay),
    ("forgetful", 0.05, _forgetful),
    ("old id", 0.1, _old_id),
)
