"""How long it takes until everything has settled once an outage of Amazon Connect is over."""

from __future__ import annotations

import multiprocessing
from random import Random

from local.connect.model import Fault as ConnectFault
from local.connect.model import FaultKind
from local.virtual import Sizing
from tests.simulation import campaign
from tests.simulation.run import run
from tests.simulation.scenario import Ask, Request, Scenario

#: Seconds by the name in the plot.
LENGTHS = {"1 min": 60.0, "10 min": 600.0, "1 h": 3600.0, "4 h": 14400.0, "12 h": 43200.0}
_REQUESTS = 100


def scenario(seed: int, seconds: float) -> Scenario:
    """A hundred requests that arrive during an outage, in which calls are refused with 503 or are done and their answers lost."""
    random = Random(f"outage {seed} {seconds}")
    return Scenario(
        seed=seed,
        contacts=("task",) * _REQUESTS,
        requests=tuple(Request(n, queue="Support", request_id=f"order-{n}") for n in range(_REQUESTS)),
        asks=tuple(Ask(random.random() * seconds, n) for n in range(_REQUESTS)),
        connect_faults=(
            ConnectFault(FaultKind.LOST_RESET, "TransferContact", seconds=seconds, probability=0.05),
            ConnectFault(FaultKind.UNAVAILABLE, seconds=seconds),
        ),
        switches=(("successor_listed_after", 2.0),),
        settings=(("maximum_concurrency", 2),),
        quotas=(("TransferContact", 2.0, 5.0),),
        sizing=Sizing(batch_size=1),
    )


def minutes(which: tuple[int, float]) -> float:
    """Minutes from the end of the outage until the queue was empty. Raise when something was not transferred."""
    seed, seconds = which
    found = run(scenario(seed, seconds), campaign.subject())
    if len(found.transfers) != _REQUESTS or found.left:
        raise AssertionError(f"seed {seed}: {len(found.transfers)} transfers, {found.left} messages left")
    return max(message.deleted or 0.0 for message in found.messages) / 60 - (found.began + seconds) / 60


def measure(seeds: int, workers: int) -> dict[str, list[float]]:
    """Minutes by the outage's length, one for each seed."""
    campaign.subject()
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        return {
            name: sorted(round(one, 2) for one in pool.map(minutes, [(seed, seconds) for seed in range(seeds)]))
            for name, seconds in LENGTHS.items()
        }
