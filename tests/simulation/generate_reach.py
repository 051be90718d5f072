"""What a request may ask for beside a transfer: conditions, a time before which it is not due, what follows its contact, and cancellations.

Each adds contacts and requests of its own to what the seed has drawn, so that they meet whatever goes wrong in that run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from local.connect.model import Fault as ConnectFault
from local.connect.model import FaultKind
from local.virtual import Fault, Kind
from tests.simulation.scenario import Ask, Doing, Request, Scenario

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0
_QUEUES = ("Support", "Billing", "Overflow", "Supervisors")
#: Not the queue into which agents move contacts before the run: a transfer that is made just before a request may be the request's own.
_RUNGS = ("Billing", "Overflow", "Supervisors")
_LOST = (FaultKind.LOST_RESET, FaultKind.LOST_HANG, FaultKind.LOST_500, FaultKind.RESET)
_FORMS = ("bare", "bare", "arn", "event")
_AWAY = (Kind.ERROR, Kind.DENIED, Kind.LOST, Kind.LOST_ANSWER, Kind.LOST_ERROR, Kind.THROTTLED, Kind.REFUSED)


def add(made: Scenario, kinds: Sequence[str], requests: Sequence[Request], asks: Sequence[Ask]) -> Scenario:
    """The scenario with more contacts and requests. ``asks``: of the new requests, by their numbers among these."""
    first = len(made.requests)
    return replace(
        made,
        contacts=(*made.contacts, *kinds),
        requests=(*made.requests, *requests),
        asks=made.with_asks([replace(ask, request=first + ask.request) for ask in asks]),
    )


def _span(made: Scenario) -> float:
    """For how long the requests of a story are sent; what is sent days later belongs to others."""
    return min(made.span, 0.5 * _HOUR)


def lost(random: Random, made: Scenario, seconds: float) -> Scenario:
    """Answers of TransferContact get lost for a while, in runs in which anything goes wrong."""
    if made.calm or random.random() < 0.4:
        return made
    fault = ConnectFault(
        random.choice(_LOST), "TransferContact", probability=random.choice((0.3, 0.8)), seconds=seconds
    )
    return replace(made, connect_faults=(fault, *made.connect_faults))


def conditions(random: Random, made: Scenario) -> Scenario:
    """Requests that ask for a contact that waits, for contacts that do, do not, or are moved, taken or ended meanwhile."""
    first = len(made.contacts)
    kinds: list[str] = []
    requests: list[Request] = []
    asks: list[Ask] = []
    doings: list[Doing] = []
    for number in range(5):
        kinds.append(random.choice(("waiting", "waiting", "waiting", "taken", "task", "ended")))
        queue = random.choice((None, "Support", "Support", "Billing"))
        for name in ("only", "rival") if random.random() < 0.3 else ("only",):
            asks += _asks(random, made, len(requests))
            where = {"only": "Billing", "rival": "Overflow"}[name]  # else both could be one request
            named = f"{name}-{number}" if random.random() < 0.7 else None
            requests.append(
                Request(first + number, queue=where, request_id=named, waiting=queue is None, in_queue=queue)
            )
        if random.random() < 0.5:
            what = random.choice(("queue", "take", "end", "transfer"))
            doings.append(
                Doing(random.random() * (_span(made) + 60), what, first + number, random.choice(("Support", "Billing")))
            )
    made = add(made, kinds, requests, asks)
    return lost(random, replace(made, doings=(*made.doings, *doings)), _span(made) + 60)


def _asks(random: Random, made: Scenario, request: int) -> list[Ask]:
    """When and how a request is sent: once, or now and then again."""
    at = random.random() * _span(made)
    again = [at + random.choice((0.5, 30.0, 900.0)) * random.random()] if random.random() < 0.3 else []
    return [Ask(one, request, random.choice(_FORMS)) for one in (at, *again)]


def held(random: Random, made: Scenario) -> Scenario:
    """Requests that are not due yet, some of which never will be, while EventBridge Scheduler is away, late, or fires twice."""
    first = len(made.contacts)
    requests: list[Request] = []
    asks: list[Ask] = []
    for number in range(5):
        due = _span(made) + random.choice((20.0, 90.0, 20 * _MINUTE, 5 * _HOUR, 2 * _DAY)) * (0.5 + random.random())
        expires = due + random.choice((30.0, _HOUR)) if random.random() < 0.2 else None
        asks += _asks(random, made, len(requests))
        named = f"held-{number}" if random.random() < 0.7 else None
        requests.append(Request(first + number, queue="Support", request_id=named, not_before=due, expires_in=expires))
    invalid = frozenset({"InvalidField"})
    requests.append(
        Request(first, queue="Support", request_id="wrong", not_before=400 * _DAY, codes=invalid, static=True)
    )
    asks.append(Ask(random.random() * _span(made), len(requests) - 1))
    made = add(made, ("task",) * 5, requests, asks)
    return made if made.calm else replace(made, faults=(*of_the_scheduler(random, made), *made.faults))


def of_the_scheduler(random: Random, made: Scenario) -> list[Fault]:
    """EventBridge Scheduler is away for a while, fires late, or fires twice."""
    ends = _span(made) + random.choice((30.0, 600.0))
    found = [Fault("scheduler", random.choice(_AWAY), "*", random.choice((0.3, 1.0)), 0.0, ends)]
    found += [Fault("scheduler", Kind.LATE, "*", 0.3, 0.0, ends, seconds=random.choice((3.0, 900.0)))]
    found += [Fault("scheduler", Kind.DUPLICATE, "*", 0.5, 0.0, 4 * _DAY)]
    return random.sample(found, random.choice((0, 1, 2, 3)))


def follows(random: Random, made: Scenario) -> Scenario:
    """Requests that follow contacts which agents, or the service itself, have transferred, or transfer meanwhile."""
    first = len(made.contacts)
    kinds: list[str] = []
    requests: list[Request] = []
    asks: list[Ask] = []
    doings: list[Doing] = []
    for number in range(4):
        kinds.append(random.choice(("task", "first1", "first2", "first9", "first11", "branched")))
        for rung in range(random.choice((1, 1, 2, 3))):
            asks += _asks(random, made, len(requests))
            named = f"follow-{number}-{rung}" if random.random() < 0.8 else None
            follow = rung > 0 or random.random() < 0.8
            requests.append(Request(first + number, queue=_RUNGS[rung], request_id=named, follow=follow))
        while random.random() < 0.4:
            what = random.choice(("transfer", "transfer", "end"))
            at = random.random() * (_span(made) + 120)
            doings.append(Doing(at, what, first + number, random.choice(("Support", "Billing")), last=True))
    made = add(made, kinds, requests, asks)
    return lost(random, replace(made, doings=(*made.doings, *doings)), _span(made) + 60)


def cancellations(random: Random, made: Scenario) -> Scenario:
    """Requests, alone and in batches, that are cancelled before they are sent, while they are worked on, and when they are done."""
    first, batch = len(made.contacts), ("batchId", "night")
    requests: list[Request] = []
    asks: list[Ask] = []
    for number in range(6):
        named = f"cancelled-{number}" if number < 4 else None
        extra = (batch,) if number % 2 else ()
        asks += _asks(random, made, len(requests))
        if random.random() < 0.2:
            asks.append(Ask(_span(made) + random.choice((_HOUR, 3 * _DAY, 6 * _DAY, 8 * _DAY)), len(requests)))
        requests.append(Request(first + number, queue=random.choice(_QUEUES), request_id=named, extra=extra))
    what = (("cancelRequestId", "cancelled-0"), ("cancelRequestId", "cancelled-1"), ("cancelBatchId", "night"))
    for which in random.sample(what, random.choice((1, 2, 3))):
        near = _span(made) * random.random() + random.choice((-10.0, 0.0, 5.0, 300.0)) * random.random()
        asks += [Ask(max(0.0, near + late), len(requests), random.choice(("bare", "event"))) for late in (0.0, 40.0)]
        requests.append(Request(cancels=which))
    return lost(random, add(made, ("task",) * 6, requests, asks), _span(made) + 60)
