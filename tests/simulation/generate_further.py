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
from tests.simulation.generate_deployments import two_deployments
from tests.simulation.generate_ladders import ladders
from tests.simulation.generate_lanes import lanes
from tests.simulation.generate_names import at_once, same_names
from tests.simulation.generate_reach import cancellations, conditions, follows, held
from tests.simulation.generate_sweeps import sweeps
from tests.simulation.generate_trials import TRIALS
from tests.simulation.scenario import Ask, Doing, Request, Scenario

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


def further(made: Scenario) -> Scenario:
    """The scenario with what its seed draws beyond it."""
    for name, chance, change in CHANGES:
        random = Random(f"{name} {made.seed}")
        if random.random() < chance:
            made = change(random, made)
    return made


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
        asks=made.with_asks([Ask(made.span, len(made.requests))]),
    )


def _elsewhere(_random: Random, made: Scenario) -> Scenario:
    """A request for a contact that began in another Region."""
    request = Request(
        len(made.contacts), queue="Support", request_id="elsewhere", codes=frozenset({"ContactInAnotherRegion"})
    )
    return replace(
        made,
        contacts=(*made.contacts, "elsewhere"),
        requests=(*made.requests, request),
        asks=made.with_asks([Ask(made.span, len(made.requests))]),
    )


def _old_id(_random: Random, made: Scenario) -> Scenario:
    """The answer names the old contact. Only where that ends at once and nobody else asks for it: see docs/checking.md, the limits."""
    if made.loops or len({one.contact for one in made.requests}) < len(made.requests):
        return made
    kept = tuple(one for one in made.switches if one[0] != "old_contact_active_for")
    return replace(made, switches=(*kept, ("old_contact_active_for", 0.0), ("answers_old_contact_id", True)))


def _outage(random: Random, made: Scenario) -> Scenario:
    """An hour and more in which a service, or one call, never answers as it should."""
    hours = min(random.choice((1.2, 3.0, 8.0, 16.0, 30.0)), max(1.2, _MESSAGE_HOURS / max(1, len(made.asks))))
    begins = random.random() * made.span
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
    begins = random.random() * made.span
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
    begins = made.span + random.choice((_HOUR, _DAY, 10 * _DAY)) * random.random()
    events = {(ask.request, ask.event): ask for ask in made.asks if ask.form == "event"}
    again = [replace(ask, at=begins + random.random() * 60.0, replay="again") for ask in events.values()]
    return made if made.switch("token_remembers_rejection") else replace(made, asks=made.with_asks(again))


def _forgetful(random: Random, made: Scenario) -> Scenario:
    """A ledger that remembers for days, and DynamoDB deletes what has expired; then requests come again, and names for other contacts."""
    if made.switch("token_remembers_rejection") or "routes" in dict(made.settings):
        return made  # what a route may do is counted for as long as the ledger remembers, too; one excuse is enough
    days = random.choice((2.0, 30.0))
    stay = random.choice((2 * _HOUR, _DAY, 3 * _DAY))
    contacts, requests, asks = list(made.contacts), list(made.requests), []
    for number, request in enumerate(made.requests):
        at = made.span + (days * _DAY + stay) * (0.4 + random.random())
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
        asks=made.with_asks(asks),
        settings=(*(one for one in made.settings if one[0] != "ledger_days"), ("ledger_days", days)),
        expired_stay=stay,
    )


def _archived(random: Random, made: Scenario) -> Scenario:
    """Dozens of requests for one flow while somebody has archived it, for minutes or for hours."""
    first, dozens = len(made.requests), random.choice((24, 36))
    at, contact = random.random() * made.span, len(made.contacts)
    requests = [Request(contact + one, queue="Support", request_id=f"archived-{one}") for one in range(dozens)]
    doings = (Doing(max(0.0, at - 1.0), "archive"), Doing(at + random.choice((300.0, 300.0, 2 * _HOUR)), "restore"))
    return replace(
        made,
        contacts=(*made.contacts, *("task",) * dozens),
        requests=(*made.requests, *requests),
        asks=made.with_asks([Ask(at + 5 * random.random(), first + one) for one in range(dozens)]),
        doings=(*made.doings, *doings),
    )


#: By the name of its stream: how many of the seeds draw it. In this order, each on what the former have made.
CHANGES: tuple[tuple[str, float, Callable[[Random, Scenario], Scenario]], ...] = (
    ("limit", 0.5, _from_first),
    ("linked tasks", 0.5, _linked_tasks),
    ("linked to full", 0.04, _linked_to_full),
    ("outage", 0.04, _outage),
    ("few receives", 0.04, _few_receives),
    ("same names", 0.08, same_names),
    ("at once", 0.04, at_once),
    ("events", 1.0, _events),
    ("replayed", 0.05, _replay),
    ("forgetful", 0.05, _forgetful),
    ("old id", 0.1, _old_id),
    ("elsewhere", 0.08, _elsewhere),
    *TRIALS,
    ("archived", 0.02, _archived),
    ("conditions", 0.06, conditions),
    ("held", 0.06, held),
    ("follows", 0.06, follows),
    ("cancellations", 0.06, cancellations),
    ("lanes", 0.1, lanes),
    ("ladders", 0.05, ladders),
    ("sweeps", 0.05, sweeps),
    ("two deployments", 0.05, two_deployments),
)
