"""Carries out a scenario and gathers the evidence: what Connect did, what became of each message, what was published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from itertools import chain
from random import Random

from contact_transfer.config.function_settings import SweepSettings
from local.connect.model.events import ContactEvent
from local.virtual import Cloud, Fault, Handler, Kit, Layout, Weather
from local.virtual.cloud import BEGINS, QUEUE_URL, URGENT_QUEUE_URL
from tests.simulation import afterwards, sweep_runs
from tests.simulation.deployed import Deployed, Wire
from tests.simulation.deployed import Maker as MakerOfSettings
from tests.simulation.evidence import Evidence, Target, Wanted
from tests.simulation.scenario import INSTANCE_ARN, Request, Scenario
from tests.simulation.stage import Stage
from tests.simulation.states import States
from tests.simulation.subject import Silent, Subject
from tests.simulation.written import announced_fields

_DEFAULTS = {
    "retry_for_hours": 24.0,
    "settle_minutes": 15.0,
    "transfers_per_second": 2.0,
    "burst": 5.0,
    "maximum_concurrency": 2,
}


Around = Callable[[Callable[[], float]], AbstractContextManager[None]]
Maker = Callable[[dict[str, str], Silent], Callable[[Kit], Handler]]
Sweeper = Callable[[dict[str, str]], Callable[[Kit], sweep_runs.Function]]
SWEEP_SETTINGS = SweepSettings((INSTANCE_ARN,), QUEUE_URL, URGENT_QUEUE_URL)


def run(scenario: Scenario, subject: Subject, *, watch: bool = False) -> Evidence:
    """Run the scenario with the service. ``watch``: note every call on the wire, for the trace."""
    layout = Layout(
        scenario.sizing,
        maximum_receives=scenario.maximum_receives,
        limit_from_first=scenario.limit_from_first,
        expired_stay=scenario.expired_stay,
        connect=subject.connect,
        others=subject.others,
    )
    with subject.in_force():
        return run_with(scenario, subject.maker, layout, watch=watch, sweeper=subject.sweeper)


def run_with(
    scenario: Scenario,
    maker: Maker,
    layout: Layout,
    *,
    watch: bool = False,
    around: Around | None = None,
    sweeper: Sweeper | None = None,
) -> Evidence:
    """Run the scenario with any consumer on any layout.

    ``around``: what holds meanwhile, given the run's clock. ``sweeper``: makes the sweep function, where the scenario has sweeps.
    """
    telemetry = Silent()
    wire: list[tuple[float, int, str]] = []
    runs = _Run(scenario, layout, lambda settings: maker(settings, telemetry), wire if watch else None)
    if sweeper is not None:
        runs.sweep(sweeper(SWEEP_SETTINGS.to_environment()))
    with around(lambda: runs.cloud.loop.now) if around else nullcontext():
        runs.finish()
    return runs.evidence(telemetry, wire)


class _Run:
    def __init__(self, scenario: Scenario, layout: Layout, maker: MakerOfSettings, wire: Wire | None) -> None:
        self._scenario = scenario
        made = partial(Cloud, scenario.seed, layout, ())
        self.first = Deployed(scenario, maker, made, self._swept, wire=wire)
        self.cloud = self.first.cloud
        beside = partial(made, beside=self.cloud)
        self.every = [self.first]
        if scenario.is_double:
            self.every.append(Deployed(scenario, maker, beside, self._swept, wire=wire, hosts=1000))
        self.states = States()
        self.cloud.connect.store.listener = self.states.note
        self.stage = Stage(self.cloud.connect, scenario)
        weather = Weather(tuple(map(self._named, scenario.faults)), Random(scenario.seed + 1), BEGINS)
        for deployed in self.every:
            deployed.cloud.change_weather(weather)
        self._old_transfers = len(self.cloud.connect.history.transfers)
        self._pending = len(scenario.asks) + len(scenario.redrives)
        self._sweeps: sweep_runs.Sweeps | None = None
        self._found: dict[Request, Wanted] = {}
        self.wanted = [self._wanted(number, request) for number, request in enumerate(scenario.requests)]
        self._plan(scenario)

    def _plan(self, scenario: Scenario) -> None:
        loop = self.cloud.loop
        for ask in scenario.asks:
            sent = (self.wanted[ask.request], self.stage.message(ask), ask.urgent, ask.deployment)
            loop.at(BEGINS + ask.at, self._send, *sent)
        for deployment in scenario.deployments:
            loop.at(BEGINS + deployment.at, self._deploy, deployment.queues)
        for at in scenario.redrives:
            loop.at(BEGINS + at, self._redrive)
        if scenario.loops:
            self._chance = Random(scenario.seed + 2)
            self.cloud.connect.store.listener = self._heard

    def sweep(self, make: Callable[[Kit], sweep_runs.Function]) -> None:
        """Have the scenario's sweeps take place."""
        skew, seed = self._scenario.sizing.skew, self._scenario.seed
        self._sweeps = sweep_runs.Sweeps(self.cloud, self.stage, make, skew, seed)
        for sweep in self._scenario.sweeps:
            self._sweeps.plan(sweep)

    def _swept(self, body: str) -> Wanted | None:
        """The request of a sweep's message: one for all sweeps that ask for the same."""
        request = sweep_runs.request(body, self.stage)
        if request is not None and request not in self._found:
            self._found[request] = self._wanted(len(self.wanted), request)
            self.wanted.append(self._found[request])
        return None if request is None else self._found[request]

    def _wanted(self, number: int, request: Request) -> Wanted:
        target = Target(*self.stage.target(request))
        may_call = not request.static and request.cancels is None
        tokens = {afterwards.token(request, target, target.contact): target.contact} if may_call else {}
        return Wanted(number, request, target, tokens)

    def _named(self, fault: Fault) -> Fault:
        if fault.contact is None or not fault.contact.startswith("#"):
            return fault
        return replace(fault, contact=self.stage.contacts[int(fault.contact[1:])])

    def _deploy(self, queues: tuple[str, ...]) -> None:
        """The deployment's settings change."""
        self.first.deploy(frozenset(self.stage.data.queues[queue] for queue in queues))

    def _send(self, wanted: Wanted, body: str, urgent: bool = False, number: int = 0) -> None:  # noqa: FBT001, FBT002 - called by the loop
        self._pending -= 1
        self.every[number].send(wanted, body, urgent=urgent)

    def _heard(self, event: ContactEvent) -> None:
        """A transfer made a contact: the routes that loop ask for its transfer, each copy of the event once."""
        self.states.note(event)
        if event.type != "INITIATED" or event.detail["initiationMethod"] != "TRANSFER":
            return
        self.stage.contacts.append(event.detail["contactId"])
        for loop in self._scenario.loops:
            request = Request(len(self.stage.contacts) - 1, queue=loop.queue, route=loop.route)
            wanted = self._wanted(len(self.wanted), request)
            self.wanted.append(wanted)
            for _ in range(loop.copies):
                self._pending += 1
                after = loop.seconds * self._chance.random()
                self.cloud.loop.after(after, self._send, wanted, self.stage.body(request, "bare"))

    def _redrive(self) -> None:
        self._pending -= 1
        for deployed in self.every:
            deployed.mail.redrive()

    @property
    def _left(self) -> int:
        return sum(deployed.left for deployed in self.every)

    def finish(self) -> None:
        """Let it run until everything has settled, or the time for that is over."""
        loop = self.cloud.loop
        limit = BEGINS + self._scenario.quiet + self._scenario.hours * 3600

        def settled() -> bool:
            sweeping = self._sweeps is not None and self._sweeps.left > 0
            return self._pending == 0 and not sweeping and all(one.is_settled for one in self.every)

        loop.run(limit, settled)
        # what was sent and is still under way arrives, whether or not anybody waits for it, and may ask for something more
        while not self._left and loop.now < limit:
            loop.run(loop.now + 60.0, lambda: self._left > 0)
            if settled():
                return
            loop.run(limit, settled)

    def evidence(self, telemetry: Silent, wire: list[tuple[float, int, str]]) -> Evidence:
        connect, clouds, mails = self.cloud.connect, [one.cloud for one in self.every], [one.mail for one in self.every]
        connect.tick()
        for cloud, mail in zip(clouds, mails, strict=True):
            cloud.table.sweep()
            mail.sort()
        successors = afterwards.successors(connect)
        for wanted in self.wanted:
            if wanted.request.follow and wanted.tokens:
                afterwards.add_tokens(wanted, successors)
        return Evidence(
            scenario=self._scenario,
            began=BEGINS,
            quiet=BEGINS + self._scenario.quiet,
            ended=self.cloud.loop.now,
            wanted=self.wanted,
            of_message={message: wanted for mail in mails for message, wanted in mail.of_message.items()},
            resent=frozenset(chain.from_iterable(mail.resent for mail in mails)),
            messages=[message for cloud in clouds for lane in (cloud.queue, cloud.urgent) for message in lane.messages],
            dead_letters=[message for cloud in clouds for message in cloud.dead_letters.messages],
            events=sorted((event for cloud in clouds for event in cloud.bus.events), key=lambda event: event.time),
            calls=connect.history.calls,
            transfers=connect.history.transfers[self._old_transfers :],
            ended_contacts=afterwards.ended(connect),
            preceding=afterwards.preceding(connect),
            successors=successors,
            states=self.states,
            sweeps=[] if self._sweeps is None else self._sweeps.runs,
            schedules=[schedule for cloud in clouds for schedule in cloud.scheduler.made],
            trees={one.id: one.initial_id for one in connect.store.contacts.values()},
            invocations=[run for cloud in clouds for run in cloud.function.invocations],
            deliveries=sum(cloud.function.deliveries for cloud in clouds),
            left=self._left,
            ledgers=[cloud.table.items for cloud in clouds],
            largest_item=max(cloud.table.largest for cloud in clouds),
            defects=telemetry.defects,
            settings={**_DEFAULTS, **dict(self._scenario.settings)},
            wire=wire,
            struck=self._struck(),
            said=lambda wanted: announced_fields(wanted.request, self.stage.ids),
        )

    def _struck(self) -> Counter[str]:
        cloud = self.cloud
        struck = Counter({f"{service}: {kind}": count for (service, kind), count in cloud.weather.struck.items()})
        struck.update({f"others: {what}": count for what, count in self.stage.done.items()})
        lanes = [lane for one in self.every for lane in (one.cloud.queue, one.cloud.urgent)]
        struck["queue: not hidden beyond 12 hours"] = sum(lane.too_long for lane in lanes)
        struck["queue: receives used up"] = sum(lane.moved for lane in lanes)
        struck["dynamodb: expired item deleted"] = sum(one.cloud.table.deleted for one in self.every)
        struck["operator: redriven"] = sum(one.mail.redriven for one in self.every)
        return struck
