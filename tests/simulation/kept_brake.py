"""A kept scenario of the parking brake: environments that live long, so that nothing but a look takes the brake off."""

from __future__ import annotations

from random import Random

from local.virtual import Sizing
from tests.simulation.scenario import Ask, Doing, Request, Scenario

_REQUESTS = 24


def archived_for_minutes(seed: int) -> Scenario:
    """A flow is archived for five minutes, and 24 requests for it arrive meanwhile: more than two environments park."""
    random = Random(seed)
    return Scenario(
        seed=seed,
        contacts=("task",) * _REQUESTS,
        requests=tuple(Request(number, queue="Support", request_id=f"held-{number}") for number in range(_REQUESTS)),
        asks=tuple(Ask(1.0 + 5 * random.random(), number) for number in range(_REQUESTS)),
        doings=(Doing(0.0, "archive"), Doing(300.0, "restore")),
        sizing=Sizing(batch_size=1, recycle_after=100_000),
        hours=2.0,
    )
