"""The same faults and seeds for the service and for what a user would write instead: what became of each request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from random import Random

from local.connect.model import Fault as ConnectFault
from local.connect.model import FaultKind
from local.virtual import Fault, Kind, Layout, Sizing
from tests.simulation import campaign, peers
from tests.simulation.evidence import Evidence
from tests.simulation.peer_table import PeerTable
from tests.simulation.run import run, run_with
from tests.simulation.scenario import Ask, Request, Scenario

CONSUMERS = ("Powertools batch", "Powertools batch + idempotency", "this service")
FATES = (
    "transferred once, told as done",
    "transferred twice",
    "transferred, told as failed",
    "never transferred, told as failed",
    "never transferred, told as done",
    "still queued",
)
_REQUESTS = 20


def scenario(seed: int) -> Scenario:
    """Twenty requests that can all be carried out, and half an hour in which some calls fail, get lost or kill the worker."""
    random = Random(f"comparison {seed}")
    begins = random.random() * 60
    lost = random.choice((FaultKind.LOST_RESET, FaultKind.LOST_HANG, FaultKind.LOST_500))
    refused = random.choice((FaultKind.UNAVAILABLE, FaultKind.THROTTLE, FaultKind.ACCESS_DENIED))
    outage = random.choice((0.0, 60.0, 1800.0, 3600.0))
    return Scenario(
        seed=seed,
        contacts=("task",) * _REQUESTS,
        requests=tuple(Request(n, queue="Support", request_id=f"order-{n}") for n in range(_REQUESTS)),
        asks=tuple(Ask(random.random() * 60, n) for n in range(_REQUESTS) for _ in range(random.choice((1, 1, 1, 2)))),
        faults=(
            Fault("connect", Kind.DIES_AFTER, "TransferContact", 0.05, 0.0, 1800.0),
            Fault("dynamodb", random.choice((Kind.LOST_ANSWER, Kind.THROTTLED)), "*", 0.05, 0.0, 1800.0),
            Fault("queue", Kind.DUPLICATE, "*", 0.05, 0.0, 1800.0),
        ),
        connect_faults=(
            ConnectFault(refused, "TransferContact", starts_after=begins, seconds=outage),
            ConnectFault(lost, "TransferContact", seconds=1800.0, probability=0.1),
        ),
        switches=(
            ("old_contact_active_for", random.choice((0.0, 10.0, 30.0))),
            ("successor_listed_after", random.choice((0.0, 2.0, 45.0))),
        ),
        settings=(("maximum_concurrency", 2),),
        quotas=(("TransferContact", 2.0, 5.0),),
        sizing=Sizing(batch_size=random.choice((1, 10))),
        hours=30.0,
    )


def evidence(consumer: str, seed: int) -> Evidence:
    """Run a seed with one of the consumers."""
    made = scenario(seed)
    if consumer == CONSUMERS[2]:
        return run(made, campaign.subject())
    layout = Layout(
        made.sizing,
        maximum_receives=peers.MAXIMUM_RECEIVES,
        connect=peers.PATIENCE,
        others=peers.PATIENCE,
        table=PeerTable,
        table_key="id",
    )
    maker = peers.plain if consumer == CONSUMERS[0] else peers.idempotent
    return run_with(made, maker, layout, around=peers.clock)


def fates(found: Evidence) -> Counter[str]:
    """What became of each request, judged by Connect's history and the fate of its messages."""
    dead = {message.body for message in found.dead_letters}
    counts: Counter[str] = Counter()
    for wanted in found.wanted:
        made = sum(one.old == wanted.target.contact and one.by == "TransferContact" for one in found.transfers)
        # of several messages one is enough to tell of a failure, and the others say nothing against a success
        failed = all(message.body in dead for message in wanted.messages)
        waiting = any(not message.gone for message in wanted.messages)
        counts[_fate(made, failed=failed, waiting=waiting)] += 1
    return counts


def _fate(made: int, *, failed: bool, waiting: bool) -> str:
    if made > 1:
        return FATES[1]
    if waiting:
        return FATES[5]
    if made:
        return FATES[2] if failed else FATES[0]
    return FATES[3] if failed else FATES[4]


def compare(seeds: int, workers: int) -> Iterator[tuple[str, Counter[str]]]:
    """Run ``seeds`` seeds with every consumer; answer (consumer, fates) pairs as they come."""
    campaign.subject()
    jobs = [(consumer, first) for first in range(0, seeds, campaign.BLOCK) for consumer in CONSUMERS]
    with campaign.pool(workers) as processes:
        yield from processes.imap_unordered(partial(_block, seeds), jobs)


def _block(seeds: int, job: tuple[str, int]) -> tuple[str, Counter[str]]:
    consumer, first = job
    counts: Counter[str] = Counter()
    for seed in range(first, min(seeds, first + campaign.BLOCK)):
        counts.update(fates(evidence(consumer, seed)))
    return consumer, counts
