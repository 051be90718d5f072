"""A simulated Amazon Connect whose undocumented behaviours are all drawn at random, and a probe of it in virtual time."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from local.connect.model import Connect, Fault, FaultKind
from local.connect.model.switches import Ended, Limit, Method, Replay
from local.connect.seed import SeedData, seed
from local.virtual.cloud import BEGINS
from local.virtual.direct import DirectClock, DirectConnect
from transfers_cli.probe.answers import ClientWire
from transfers_cli.probe.contacts import Place
from transfers_cli.probe.lab import Clock
from transfers_cli.probe.probe import Extras, Probe, Result

ARN = "arn:aws:connect:eu-central-1:111122223333:instance/3f1c2b9e-5a7d-4c1e-9b60-8d2f4e6a7c11"
ELSEWHERE = "eu-west-2"
#: Budgets of a draw, minutes.
BUDGETS = (5, 15, 30, 90)
_FAULTS = (
    FaultKind.THROTTLE,
    FaultKind.UNAVAILABLE,
    FaultKind.LOST_RESET,
    FaultKind.LOST_503,
    FaultKind.RESET,
    FaultKind.LOST_HANG,
    FaultKind.PAGE_404,
)


@dataclass(frozen=True)
class Draw:
    """What was drawn. ``budget``: minutes. ``faults``: kind and probability. ``origin``: where all contacts begin, if not here."""

    seed: int
    budget: int
    switches: dict[str, Any]
    faults: tuple[tuple[FaultKind, float], ...]
    origin: str | None
    transfers_per_second: float | None


def draw(number: int) -> Draw:
    """Draw number ``number``."""
    random = Random(number)
    faults = ((random.choice(_FAULTS), random.choice((0.01, 0.05))),) if random.random() < 0.25 else ()
    return Draw(
        seed=number,
        budget=random.choice(BUDGETS),
        switches=_switches(random),
        faults=faults,
        origin=ELSEWHERE if random.random() < 0.04 else None,
        transfers_per_second=0.3 if random.random() < 0.05 else None,
    )


def _switches(random: Random) -> dict[str, Any]:
    """Every switch, each both ways."""
    return _times(random) | _answers(random)


def _times(random: Random) -> dict[str, Any]:
    """How tokens are remembered, what shows when, and the size of a page."""

    def short(*longest: float) -> float:
        most = random.choice((0.0, 0.0, *longest))
        return round(random.uniform(0.0, most), 3)

    return {
        "token_replay": random.choice(tuple(Replay)),
        "token_forgotten_after": random.choice((0.0, 5.0, 30.0, 300.0, 2000.0, 7 * 86_400.0, 7 * 86_400.0)),
        "token_remembers_rejection": random.random() < 0.5,
        "old_contact_active_for": short(0.2, 3.0, 40.0, 300.0),
        "end_shown_after": short(2.0, 60.0),
        "successor_listed_after": short(2.0, 45.0, 300.0),
        "contact_described_after": short(2.0, 45.0),
        "contact_known_after": short(2.0, 20.0),
        "destination_known_after": short(5.0, 60.0),
        "search_shows_after": short(5.0, 60.0),
        "flow_seconds": short(2.0, 45.0),
        "clock_ahead": round(random.uniform(-200.0, 200.0), 3),
        "associated_page_size": random.choice((1.0, 2.0, 5.0, 100.0)),
    }


def _answers(random: Random) -> dict[str, Any]:
    """What Amazon Connect answers and shows."""
    return {
        "answers_old_contact_id": random.random() < 0.2,
        "answers_without_contact_id": random.random() < 0.2,
        "initial_contact_names_itself": random.random() < 0.5,
        "linked_task_keeps_transfer_count": random.random() < 0.5,
        "ended_contact_answers": random.choice(tuple(Ended)),
        "unusable_flow_answers": random.choice(tuple(Ended)),
        "transfer_limit_answers": random.choice(tuple(Limit)),
        "transfer_shows_as": random.choice(tuple(Method)),
        "ids_in_any_case": random.random() < 0.5,
        "arns_as_ids": random.random() < 0.5,
        "paused_contact_refused": random.random() < 0.5,
        "flow_only_refused": random.random() < 0.5,
        "agent_has_queue": random.random() < 0.5,
    }


@dataclass(frozen=True)
class Stage:
    """A simulated Amazon Connect, its clock, and one caller of it."""

    connect: Connect
    clock: DirectClock
    client: DirectConnect
    ids: SeedData
    place: Place

    def active(self) -> list[str]:
        """Contacts that have not ended."""
        self.connect.tick()
        return [name for name, one in self.connect.store.contacts.items() if one.active]


def stage(number: int = 0, **switches: Any) -> Stage:
    """A stage with the seed data. ``number``: of the random source."""
    clock = DirectClock(BEGINS)
    connect = Connect(clock.read, Random(f"{number}/connect"))
    instance = connect.add_instance(ARN)
    ids = seed(connect, instance.id)
    connect.set_switches(**switches)
    place = Place(
        instance_id=instance.id,
        instance_arn=instance.arn,
        start_flow=ids.flows["Inbound"],
        flow=ids.flows["Move to queue"],
        queue=ids.queues["Support"],
        user=ids.users["ana"],
        trial=f"probe-{number}",
        began=clock.now,
    )
    return Stage(connect, clock, DirectConnect(connect, clock, Random(f"{number}/way")), ids, place)


def staged(one: Draw) -> Stage:
    """The stage of a draw."""
    made = stage(one.seed, **one.switches)
    if one.origin is not None:
        made.connect.others.replicate(made.place.instance_id, one.origin)
    if one.transfers_per_second is not None:
        made.connect.set_quota("TransferContact", one.transfers_per_second, 1)
    for kind, probability in one.faults:
        made.connect.add_fault(Fault(kind, probability=probability))
    return made


def probed(made: Stage, minutes: float, stop_after: float | None = None, **options: Any) -> Result:
    """Probe a stage. ``stop_after``: seconds after which somebody presses Ctrl-C."""

    def sleep(seconds: float) -> bool:
        stops_at = None if stop_after is None else made.place.began + stop_after
        if stops_at is not None and made.clock.now + seconds >= stops_at:
            made.clock.wait(stops_at - made.clock.now)
            return False
        made.clock.wait(seconds)
        return True

    clock = Clock(made.clock.read, sleep, made.clock.wait)
    wire = options.pop("wire", None) or ClientWire(made.client)
    extras = Extras(email="help@contact.example", **options)
    return Probe(wire, clock, made.place, minutes * 60.0).run(extras)
