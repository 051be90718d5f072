"""What trials of earlier versions broke, drawn again and again: each is a story of its own, beside whatever else the seed draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from local.connect.model import Course, FaultKind
from local.connect.model import Fault as ConnectFault
from local.virtual import Fault, Kind
from tests.simulation.scenario import Ask, Deployment, Doing, Request, Scenario

_HOUR = 3600.0
_LOST = (FaultKind.LOST_RESET, FaultKind.LOST_HANG, FaultKind.LOST_500, FaultKind.LOST_EMPTY, FaultKind.LOST_PAGE_404)
_VAIN = (FaultKind.HANG, FaultKind.RESET, FaultKind.PAGE_200, FaultKind.INTERNAL_ERROR, FaultKind.EMPTY)
#: Where a sandbox is frozen that goes on after its time-out.
_FROZEN = (
    ("connect", Kind.FREEZE_SIGNED, "TransferContact"),
    ("connect", Kind.FREEZE_ON, "*"),
    ("dynamodb", Kind.FREEZE_ON, "*"),
    ("sqs", Kind.FREEZE_ON, "*"),
    ("events", Kind.FREEZE_ON, "*"),
)
_ARCHIVED = frozenset({"FlowNotUsable"})
#: What no id holds.
_NO_IDS = ("contact@1", "contact+1", "contact 1")


def _patient(made: Scenario) -> bool:
    """Whether a token that remembers its refusal keeps no request busy until it is given up."""
    return not made.switch("token_remembers_rejection")


def _lost(random: Random, made: Scenario, kinds: tuple[FaultKind, ...]) -> tuple[ConnectFault, ...]:
    """Calls to transfer whose answers do not come, for a quarter of an hour at most."""
    kind, chance = random.choice(kinds), random.choice((0.3, 1.0))
    seconds = random.choice((60.0, 900.0))
    fault = ConnectFault(kind, "TransferContact", probability=chance, starts_after=0.0, seconds=seconds)
    return (fault, *made.connect_faults)


def _expired_credentials(random: Random, made: Scenario) -> Scenario:
    """The worker's credentials have run out, for one service."""
    service = random.choice(("dynamodb", "sqs", "events"))
    begins = random.random() * made.span
    ends = begins + random.choice((20.0, 600.0))
    fault = Fault(service, Kind.EXPIRED, "*", random.choice((0.3, 1.0)), begins, ends)
    return replace(made, faults=(fault, *made.faults))


def _frozen(random: Random, made: Scenario) -> Scenario:
    """A sandbox stands still, its time-out passes, and then it goes on."""
    service, kind, operation = random.choice(_FROZEN)
    begins = random.random() * made.span
    ends = begins + random.choice((60.0, 600.0))
    seconds = random.choice((10.0, 70.0, 150.0, 300.0))
    fault = Fault(service, kind, operation, random.choice((0.05, 0.2)), begins, ends, seconds=seconds)
    return replace(made, faults=(fault, *made.faults))


def _moves_on(random: Random, made: Scenario) -> Scenario:
    """The flow puts the new contact elsewhere, or ends it, and answers get lost."""
    course, queue = random.choice(((Course.MOVES_ON, "Overflow"), (Course.MOVES_ON, "Overflow"), (Course.FAILS, None)))
    courses = tuple((flow, course, queue) for flow in ("Move to queue", "Move to agent"))
    return replace(made, courses=courses, connect_faults=_lost(random, made, _LOST))


def _waits(random: Random, made: Scenario) -> Scenario:
    """``whenInDoubt`` is ``wait``, and Connect forgets tokens at once, or soon."""
    kept = tuple(one for one in made.switches if one[0] != "token_forgotten_after")
    return replace(
        made,
        settings=(*made.settings, ("when_in_doubt", "wait")),
        switches=(*kept, ("token_forgotten_after", random.choice((0.0, 1.0, 10.0)))),
        connect_faults=_lost(random, made, (*_LOST, *_VAIN)),
    )


def _by_hand(random: Random, made: Scenario) -> Scenario:
    """Agents move contacts soon, or hours, after calls that did nothing."""
    hands = random.choice((20.0, 400.0, 4 * _HOUR))
    moved = [number for number in range(len(made.contacts)) if random.random() < 0.5]
    doings = tuple(
        Doing(hands * (0.5 + random.random()), "transfer", number, random.choice(("Support", "Billing", "Overflow")))
        for number in moved
    )
    return replace(made, doings=(*made.doings, *doings), connect_faults=_lost(random, made, _VAIN))


def _capitals(random: Random, made: Scenario) -> Scenario:
    """Ids in capital letters, and one that is none."""
    asks = [replace(ask, form="capitals") if random.random() < 0.4 else ask for ask in made.asks]
    no_id = (("contactId", random.choice(_NO_IDS)),)
    request = Request(queue="Support", request_id="no-id", extra=no_id, codes=frozenset({"InvalidField"}), static=True)
    made = replace(made, asks=tuple(asks))
    return replace(
        made,
        requests=(*made.requests, request),
        asks=made.with_asks([Ask(random.random() * made.span, len(made.requests))]),
    )


def _redeployed(random: Random, made: Scenario) -> Scenario:
    """The allowed queues become fewer while requests are carried out, and more again; what is sent again meets either."""
    if "routes" in dict(made.settings) or not _patient(made):
        return made
    begins = random.random() * made.span
    narrow = tuple(queue for queue in ("Support", "Billing", "Overflow", "Supervisors") if random.random() < 0.5)
    ends = begins + random.choice((5.0, 60.0, 1800.0))
    again = [replace(ask, at=ask.at + random.random() * (ends - begins + 60.0)) for ask in made.asks]
    away = Fault("sqs", Kind.ERROR, "SendMessage", 1.0, begins, ends) if random.random() < 0.5 else None
    return replace(
        made,
        deployments=(*made.deployments, Deployment(begins, narrow or ("Support",)), Deployment(ends)),
        asks=made.with_asks([ask for ask in again if random.random() < 0.5]),
        faults=made.faults if away is None else (away, *made.faults),
    )


def _crowd(random: Random, made: Scenario) -> Scenario:
    """More requests for one contact than the ledger keeps, during an outage of the call to transfer."""
    contact, first = len(made.contacts), len(made.requests)
    size = random.choice((20, 60))
    names = [Request(contact, queue="Support", request_id=f"crowd-{number}") for number in range(size)]
    ends = random.choice((600.0, 2400.0))
    away = ConnectFault(FaultKind.UNAVAILABLE, "TransferContact", starts_after=0.0, seconds=ends)
    return replace(
        made,
        contacts=(*made.contacts, "task"),
        requests=(*made.requests, *names),
        asks=made.with_asks([Ask(random.random() * ends, first + number) for number in range(size)]),
        connect_faults=(away, *made.connect_faults),
    )


def _failing_crowd(random: Random, made: Scenario) -> Scenario:
    """A dozen requests for one contact fail while nothing can be parked; then their cause is removed."""
    contact, first = len(made.contacts), len(made.requests)
    names = [
        Request(contact, flow="Move to queue", queue="Support", request_id=f"dozen-{number}", codes=_ARCHIVED)
        for number in range(12)
    ]
    ends = random.choice((120.0, 900.0))
    away = Fault("sqs", random.choice((Kind.ERROR, Kind.DENIED, Kind.LOST)), "SendMessage", 1.0, 0.0, ends * 2)
    return replace(
        made,
        contacts=(*made.contacts, "task"),
        requests=(*made.requests, *names),
        asks=made.with_asks([Ask(random.random() * ends, first + number) for number in range(12)]),
        doings=(*made.doings, Doing(0.0, "archive"), Doing(ends, "restore")),
        faults=(away, *made.faults),
    )


def _late_redrive(random: Random, made: Scenario) -> Scenario:
    """The queue gives messages up without a reason; they are sent back after more than a day and meet a throttle at once."""
    if made.redrives or not _patient(made):
        return made
    begins = random.random() * made.span
    back = begins + _HOUR + (25.0 + random.random()) * _HOUR
    throttle = ConnectFault(FaultKind.THROTTLE, starts_after=back - 1.0, seconds=random.choice((3.0, 30.0)))
    kills = Fault("function", Kind.NOT_INVOKED, "*", 0.95, begins, begins + _HOUR)
    return replace(
        made,
        maximum_receives=5,
        faults=(kills, *made.faults),
        connect_faults=(*made.connect_faults, throttle),
        redrives=(back,),
    )


def _large_tree(random: Random, made: Scenario) -> Scenario:
    """A contact whose tree has sixty pages, and calls whose answers are lost."""
    root, first = len(made.contacts), len(made.requests)
    kept = tuple(one for one in made.switches if one[0] != "associated_page_size")
    return replace(
        made,
        contacts=(*made.contacts, "task", *[f"sibling{root}"] * 60),
        requests=(*made.requests, Request(root, queue="Support", request_id="large-tree")),
        asks=made.with_asks([Ask(random.random() * made.span, first)]),
        switches=(*kept, ("associated_page_size", 1.0)),
        connect_faults=_lost(random, made, _LOST),
    )


#: By the name of its stream: how many of the seeds draw it.
TRIALS: tuple[tuple[str, float, Callable[[Random, Scenario], Scenario]], ...] = (
    ("expired credentials", 0.05, _expired_credentials),
    ("frozen", 0.06, _frozen),
    ("moves on", 0.06, _moves_on),
    ("waits", 0.06, _waits),
    ("by hand", 0.04, _by_hand),
    ("capitals", 0.05, _capitals),
    ("redeployed", 0.05, _redeployed),
    ("crowd", 0.01, _crowd),
    ("failing crowd", 0.02, _failing_crowd),
    ("late redrive", 0.02, _late_redrive),
    ("large tree", 0.01, _large_tree),
)
