"""From a seed to a scenario. Swarm testing: each run has some of the faults, none has all, so that rare pairs meet.

To draw something more: a field that says nothing of who is transferred where is drawn from the table of fields by itself
(``generate_fields``). A fault goes into the lists of ``generate_faults``; what needs a story (a cancellation, an outage, a name used
again) is a function from ``Random`` and ``Scenario`` to ``Scenario`` in a module of its own, with a line in
``generate_further.CHANGES``: it has a stream of its own, so the other seeds stay as they are. Name what it does in ``acted.EXPECTED``
and count it in ``acted.acted``: a test fails if it never acts.
"""

from __future__ import annotations

from random import Random
from typing import Any

from local.virtual import Sizing
from tests.simulation import generate_faults as weather
from tests.simulation import generate_requests as requests
from tests.simulation import generate_routes as routes
from tests.simulation.generate_further import further
from tests.simulation.scenario import Ask, Doing, Loop, Request, Scenario

_SPREADS = (1.0, 30.0, 300.0, 1800.0)
#: How many of the runs have routes.
_ROUTED = 0.12
_SLOW = 0.1  # transfers a second


def scenario(seed: int) -> Scenario:
    """The scenario of a seed: always the same one."""
    return further(_drawn(seed))


def _drawn(seed: int) -> Scenario:
    random = Random(f"scenario {seed}")
    span = random.choice(_SPREADS)
    if random.random() < 0.05:
        return rivalry(seed, random)
    contacts, wanted = requests.wanted(random)
    calm = random.random() < 0.08
    settings = _settings(random)
    loops: tuple[Loop, ...] = ()
    if random.random() < _ROUTED:
        contacts, wanted, loops = routes.routed(random, contacts, wanted)
        settings["routes"] = routes.limits(random)
    faults, connect_faults = ((), ()) if calm else weather.faults(random, span, len(contacts))
    rate, burst = random.choice(((2.0, 5.0), (2.0, 5.0), (5.0, 10.0), (20.0, 40.0), (_SLOW, 2.0)))
    if rate == _SLOW:  # more workers are refused: an invocation has no time for a call slot and what follows
        settings["maximum_concurrency"] = min(4, settings["maximum_concurrency"])
    switches = weather.switches(random, float(settings["settle_minutes"]))
    # A token that remembers a refusal answers with it until the request is given up, and then each repetition anew.
    stubborn = dict(switches)["token_remembers_rejection"]
    return Scenario(
        seed=seed,
        contacts=contacts,
        requests=wanted,
        asks=_asks(random, wanted, span, 0.0 if stubborn else random.choice((0.0, 0.2, 1.0))),
        doings=() if calm else _doings(random, len(contacts), span),
        loops=loops,
        redrives=() if stubborn else _redrives(random, span),
        faults=faults,
        connect_faults=connect_faults,
        switches=switches,
        settings=(*settings.items(), ("transfers_per_second", rate), ("burst", burst)),
        quotas=(("TransferContact", rate, burst),),
        active_tasks=(span + random.random() * 7200, 0) if not calm and random.random() < 0.06 else None,
        sizing=_sizing(random, int(settings["maximum_concurrency"])),
        hours=float(settings["retry_for_hours"]) + 12.0 if stubborn else 6.0,
    )


def rivalry(seed: int, random: Random) -> Scenario:
    """Two names for every contact, answers that get lost, little pace, and old contacts that stay active: what is most dangerous."""
    pairs = random.choice((4, 4, 12))
    names = [(number, queue) for number in range(pairs) for queue in ("Support", "Billing")]
    rate, burst = random.choice(((0.08, 2.0), (0.08, 2.0), (2.0, 5.0)))
    settings = {**_settings(random), "maximum_concurrency": 2, "transfers_per_second": rate, "burst": burst}
    return Scenario(
        seed=seed,
        contacts=("task",) * pairs,
        requests=tuple(Request(number, queue=queue, request_id=f"{queue}-{number}") for number, queue in names),
        asks=tuple(Ask(random.random() * 60, number) for number in range(len(names))),
        faults=weather.rivalry_faults(random),
        connect_faults=weather.rivalry_connect_faults(random),
        switches=weather.rivalry_switches(random),
        settings=tuple(settings.items()),
        quotas=(("TransferContact", rate, burst),),
        sizing=_sizing(random, 2),
    )


def _settings(random: Random) -> dict[str, Any]:
    return {
        "retry_for_hours": random.choice((24.0, 24.0, 2.0, 0.5)),
        "settle_minutes": random.choice((15.0, 15.0, 5.0)),
        "ledger_days": random.choice((400.0, 400.0, 0.02)),
        "maximum_concurrency": random.choice((2, 2, 3, 5)),
    }


def _sizing(random: Random, concurrency: int) -> Sizing:
    return Sizing(
        concurrency=concurrency,
        batch_size=random.choice((10, 5, 1, 1)),
        recycle_after=random.choice((1, 3, 50, 50)),
        idle_seconds=random.choice((60.0, 600.0)),
        skew=random.choice((0.0, 1.0, 4.0)),
    )


def _asks(random: Random, wanted: tuple[Request, ...], span: float, repeats: float) -> tuple[Ask, ...]:
    asks = []
    for number in range(len(wanted)):
        first = random.random() * span
        asks.append(Ask(first, number, _form(random)))
        while random.random() < repeats * 0.6:
            later = random.choice((0.0, 0.5, 20.0, 600.0, 4000.0)) * random.random()
            asks.append(Ask(first + later, number, _form(random)))
    return tuple(sorted(asks, key=lambda ask: ask.at))


def _form(random: Random) -> str:
    return random.choice(("bare", "bare", "arn", "event"))


def _doings(random: Random, contacts: int, span: float) -> tuple[Doing, ...]:
    doings = []
    busy = random.choice((0.0, 0.1, 0.4))
    for contact in range(contacts):
        if random.random() < busy:
            what = random.choice(("end", "transfer", "transfer", "link", "pause"))
            queue = random.choice(("Support", "Billing", "Overflow"))
            doings.append(Doing(random.random() * (span + 60), what, contact, queue))
    if random.random() < 0.05:
        at = random.random() * span
        doings += [Doing(at, "archive"), Doing(at + random.random() * 3600, "restore")]
    return tuple(doings)


def _redrives(random: Random, span: float) -> tuple[float, ...]:
    times = random.choice((0, 0, 1, 2))
    return tuple(sorted(span + random.random() * random.choice((60.0, 3600.0, 20000.0)) for _ in range(times)))
