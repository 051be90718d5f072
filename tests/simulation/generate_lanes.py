"""The two lanes: requests that come through either queue, name a lane or none, and are moved while the other queue is hard to reach."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from local.virtual import Fault, Kind
from tests.simulation.scenario import Scenario

#: Calls a second of one worker, at least, that a deployment's settings may ask for.
_LEAST_OF_A_WORKER = 0.2
_HARD = (Kind.ERROR, Kind.LOST, Kind.LOST_ANSWER, Kind.LOST_ERROR, Kind.DENIED, Kind.DIES_AFTER, Kind.DIES)


def lanes(random: Random, made: Scenario) -> Scenario:
    """Some requests name a lane, some messages go through the urgent queue, and sending between the queues fails for a while."""
    names = (None, None, "normal", "urgent", "urgent")
    requests = tuple(
        one if one.body is not None or one.cancels is not None else replace(one, priority=random.choice(names))
        for one in made.requests
    )
    part = random.choice((0.2, 0.5))
    asks = tuple(replace(ask, urgent=random.random() < part) for ask in made.asks)
    begins = random.random() * made.span
    ends = begins + random.choice((20.0, 300.0))
    hard = Fault("sqs", random.choice(_HARD), "SendMessage", random.choice((0.3, 0.7)), begins, ends)
    faults = (hard, *made.faults) if made.faults and random.random() < 0.6 else made.faults
    return _at_a_pace_for_two_lanes(replace(made, requests=requests, asks=asks, faults=faults))


def _at_a_pace_for_two_lanes(made: Scenario) -> Scenario:
    """A tenth of a worker's share must be a call in an invocation; the settings' own checks see to that."""
    settings = dict(made.settings)
    least = _LEAST_OF_A_WORKER * settings["maximum_concurrency"]
    if settings["transfers_per_second"] >= least:
        return made
    pace = {"transfers_per_second": least, "burst": 5.0}
    quotas = tuple(one for one in made.quotas if one[0] != "TransferContact")
    return replace(
        made, settings=tuple({**settings, **pace}.items()), quotas=(*quotas, ("TransferContact", least, 5.0))
    )
