"""Carries out a scenario and gathers the evidence: what Connect did, what became of each message, what was published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from random import Random

from local.connect.model.events import ContactEvent
from local.virtual import Cloud, Fault, Handler, Kit, Layout, Weather, worker
from local.virtual.cloud import BEGINS
from tests.simulation import afterwards
from tests.simulation.evidence import Evidence, Target, Wanted
from tests.simulation.mail import Mail
from tests.simulation.scenario import INSTANCE_ARN, Request, Scenario
from tests.simulation.stage import Stage
from tests.simulation.states import States
from tests.simulation.subject import Silent, Subject
from tests.simulation.written import told

_DEFAULTS = {
    "retry_for_hours": 24.0,
    "settle_minutes": 15.0,
    "transfers_per_second": 2.0,
    "burst": 5.0,
    "maximum_concurrency": 2,
}


Around = Callable[[Callable[[], float]], AbstractContextManager[None]]
Maker = Callable[[dict[str, str], Silent], Callable[[Kit], Handler]]


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
        return run_with(scenario, subject.maker, layout, watch=watch)


def run_with(
    scenario: Scenario, maker: Maker, layout: Layout, *, watch: bool = False, around: Around | None = None
) -> Evidence:
    """Run the scenario with any consumer on any layout. ``around``: what holds meanwhile, given the run's clock."""
    telemetry = Silent()
    wire: list[tuple[float, int, str]] = []
    runs = _Run(scenario, layout, lambda settings: maker(settings, telemetry), wire if watch else None)
    with around(lambda: runs.cloud.loop.now) if around else nullcontext():
        runs.finish()
    return runs.evidence(telemetry, wire)


def environment(scenario: Scenario, allowed_queue_ids: frozenset[str] = frozenset()) -> dict[str, str]:
    """The worker's environment variables."""
    return replace(
        worker.settings(INSTANCE_ARN), allowed_queue_ids=allowed_queue_ids, **dict(scenario.settings)
    ).to_environment()


class _Run:
    def __init__(
        self,
        scenario: Scenario,
        layout: Layout,
        maker: Callable[[dict[str, str]], Callable[[Kit], Handler]],
        wire: list[tuple[float, int, str]] | None,
    ) -> None:
        self._scenario = scenario
        self._wire = wire
        self._hosts = 0
        self._maker = maker
        self._make = maker(environment(scenario))
        self.cloud = Cloud(scenario.seed, layout, (), self._build)
        self.states = States()
        self.cloud.connect.store.listener = self.states.note
        self.stage = Stage(self.cloud.connect, scenario)
        faults = tuple(self._named(fault) for fault in scenario.faults)
        self.cloud.change_weather(Weather(faults, Random(scenario.seed + 1), BEGINS))
        self._old_transfers = len(self.cloud.connect.history.transfers)
        self._old_contacts = set(self.cloud.connect.store.contacts)
        self._pending = len(scenario.asks) + len(scenario.redrives)
        self._mail = Mail(self.cloud)
        self.wanted = [self._wanted(number, request) for number, request in enumerate(scenario.requests)]
        for ask in scenario.asks:
            sent = (self.wanted[ask.request], self.stage.message(ask), ask.urgent)
            self.cloud.loop.at(BEGINS + ask.at, self._send, *sent)
        for deployment in scenario.deployments:
            self.cloud.loop.at(BEGINS + deployment.at, self._deploy, deployment.queues)
        for at in scenario.redrives:
            self.cloud.loop.at(BEGINS + at, self._redrive)
        if scenario.loops:
            self._chance = Random(scenario.seed + 2)
            self.cloud.connect.store.listener = self._heard

    def _wanted(self, number: int, request: Request) -> Wanted:
        target = Target(*self.stage.target(request))
        may_call = not request.static and request.cancels is None
        tokens = {afterwards.token(request, target, target.contact): target.contact} if may_call else {}
        return Wanted(number, request, target, tokens)

    def _named(self, fault: Fault) -> Fault:
        if fault.contact is None or not fault.contact.startswith("#"):
            return fault
        return replace(fault, contact=self.stage.contacts[int(fault.contact[1:])])

    def _build(self, kit: Kit) -> Handler:
        self._hosts += 1
        if self._wire is not None:
            sender, number, wire = kit.aws["sqs"]._sender, self._hosts, self._wire

            def note(operation: str, fault: str) -> None:
                wire.append((sender.loop.now, number, f"calls {operation}{fault}"))

            sender.on_call = note
        return self._make(kit)

    def _deploy(self, queues: tuple[str, ...]) -> None:
        """The deployment's settings change."""
        allowed = frozenset(self.stage.data.queues[queue] for queue in queues)
        self._make = self._maker(environment(self._scenario, allowed))
        self.cloud.function.deploy()

    def _send(self, wanted: Wanted, body: str, urgent: bool = False) -> None:  # noqa: FBT001, FBT002 - called by the loop
        self._pending -= 1
        self._mail.enter(wanted, body, self.cloud.urgent if urgent else self.cloud.queue)

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
        self._mail.redrive()

    def finish(self) -> None:
        """Let it run until everything has settled, or the time for that is over."""
        cloud = self.cloud
        limit = BEGINS + self._scenario.quiet + self._scenario.hours * 3600

        def settled() -> bool:
            return self._pending == 0 and cloud.left == 0 and cloud.function.running == 0

        cloud.loop.run(limit, settled)
        # what was sent and is still under way arrives, whether or not anybody waits for it, and may ask for something more
        while not cloud.left and cloud.loop.now < limit:
            cloud.loop.run(cloud.loop.now + 60.0, lambda: cloud.left > 0)
            if settled():
                return
            cloud.loop.run(limit, settled)

    def evidence(self, telemetry: Silent, wire: list[tuple[float, int, str]]) -> Evidence:
        cloud, connect = self.cloud, self.cloud.connect
        connect.tick()
        cloud.table.sweep()
        self._mail.sort()
        successors = afterwards.successors(connect)
        for wanted in self.wanted:
            if wanted.request.follow and wanted.tokens:
                afterwards.add_tokens(wanted, successors)
        return Evidence(
            scenario=self._scenario,
            began=BEGINS,
            quiet=BEGINS + self._scenario.quiet,
            ended=cloud.loop.now,
            wanted=self.wanted,
            of_message=self._mail.of_message,
            resent=frozenset(self._mail.resent),
            messages=[*cloud.queue.messages, *cloud.urgent.messages],
            dead_letters=cloud.dead_letters.messages,
            events=cloud.bus.events,
            calls=connect.history.calls,
            transfers=connect.history.transfers[self._old_transfers :],
            ended_contacts=afterwards.ended(connect),
            preceding=afterwards.preceding(connect),
            successors=successors,
            states=self.states,
            schedules=cloud.scheduler.made,
            trees={one.id: one.initial_id for one in connect.store.contacts.values()},
            invocations=cloud.function.invocations,
            deliveries=cloud.function.deliveries,
            left=cloud.left,
            ledger=cloud.table.items,
            largest_item=cloud.table.largest,
            defects=telemetry.defects,
            settings={**_DEFAULTS, **dict(self._scenario.settings)},
            wire=wire,
            struck=self._struck(),
            said=lambda wanted: told(wanted.request, self.stage.ids),
        )

    def _struck(self) -> Counter[str]:
        cloud = self.cloud
        struck = Counter({f"{service}: {kind}": count for (service, kind), count in cloud.weather.struck.items()})
        struck.update({f"others: {what}": count for what, count in self.stage.done.items()})
        lanes = (cloud.queue, cloud.urgent)
        struck["queue: not hidden beyond 12 hours"] = sum(lane.too_long for lane in lanes)
        struck["queue: receives used up"] = sum(lane.moved for lane in lanes)
        struck["dynamodb: expired item deleted"] = cloud.table.deleted
        struck["operator: redriven"] = self._mail.redriven
        return struck
