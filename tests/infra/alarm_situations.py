"""Every situation of docs/alarms.md: how it is produced, and how long it lasts.

Most are produced by the real worker in virtual time. What AWS alone writes (metrics of functions other than the worker, of rules and
of the confirmation function's queue) is taken from the situation itself: ``scene.metrics.put``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bench.requests import INSTANCE_ARN
from contact_transfer.observability.telemetry import Telemetry
from contact_transfer.transfer.outcome import Failed, FailureCode
from local.connect.model import Fault, FaultKind
from local.virtual.cloud import BEGINS
from local.virtual.weather import Kind
from tests.component import ladder
from tests.infra.alarm_scene import Scene, Worker
from tests.infra.cloudwatch import Metrics, series

MINUTE, HOUR = 60.0, 3600.0


@dataclass(frozen=True)
class Situation:
    """``set_up`` prepares the scene, which has ``settings``; the situation begins with the run and ``lasts`` so many seconds.

    ``transfers``: how many are made, if that is what the situation is about; nothing may fail then.
    """

    words: str
    set_up: Callable[[Scene], object]
    lasts: float = 2 * HOUR
    worker: Worker = Worker.WORKS
    workers: int = 2
    settings: dict[str, Any] = field(default_factory=dict)
    transfers: int | None = None

    def metrics(self) -> Metrics:
        """All that is written while it lasts."""
        scene = Scene(self.worker, self.workers, **self.settings)
        self.set_up(scene)
        metrics = scene.run(self.lasts)
        if self.transfers is not None:
            assert len(scene.connect.history.transfers) == self.transfers
            assert scene.cloud.dead_letters.messages == []
            assert "Contact Transfer Failed" not in {event.detail_type for event in scene.cloud.bus.events}
        return metrics


def _connect(kind: FaultKind, operation: str = "*", every: float | None = None) -> Callable[[Scene], None]:
    """Something is wrong with Amazon Connect; one request waits, or they arrive ``every`` so many seconds."""

    def set_up(scene: Scene) -> None:
        scene.connect.add_fault(Fault(kind, operation))
        _ask(scene, every)

    return set_up


def _service(service: str, kind: Kind, operation: str = "*", every: float | None = None, **changed: str) -> Any:
    """As ``_connect``, for another service."""

    def set_up(scene: Scene) -> None:
        scene.fault(service, kind, operation)
        _ask(scene, every, **changed)

    return set_up


def _ask(scene: Scene, every: float | None, **changed: str) -> None:
    if every is None:
        scene.request(0.0, **changed)
    else:
        scene.requests(every, HOUR / 2, **changed)


def _many(requests: int) -> Callable[[Scene], None]:
    def set_up(scene: Scene) -> None:
        for number in range(requests):
            scene.request(number * 1.0)

    return set_up


def _archived(requests: int) -> Callable[[Scene], None]:
    def set_up(scene: Scene) -> None:
        scene.connect.others.archive_flow(scene.seed.flows["Move to queue"])
        _many(requests)(scene)

    return set_up


def _ended(contacts: int) -> Callable[[Scene], None]:
    def set_up(scene: Scene) -> None:
        for _ in range(contacts):
            contact = scene.contact()
            scene.connect.others.end(contact)
            scene.request(contactId=contact)

    return set_up


def _unknown_contacts(scene: Scene) -> None:
    for minute in range(60):
        scene.request(minute * MINUTE, contactId=scene.connect.store.new_id())


def _backlog(scene: Scene) -> None:
    for _ in range(round(1.5 * HOUR * scene.settings.transfers_per_second)):
        scene.request()


def _written(metric: str, lasts: float = 2 * HOUR, **dimensions: str) -> Callable[[Scene], None]:
    """AWS writes a metric, once a minute."""

    def set_up(scene: Scene) -> None:
        for minute in range(int(lasts / MINUTE)):
            scene.metrics.put(series(metric, **dimensions), minute * MINUTE, 1.0)

    return set_up


def _function(name: str, metric: str) -> Callable[[Scene], None]:
    return _written(metric, FunctionName=f"{name}Function")


def _rule(metric: str, rule: str, **bus: str) -> Callable[[Scene], None]:
    return _written(metric, 2 * HOUR, RuleName=f"ContactTransfer-local-{rule}", **bus)


def _told(tell: Callable[[Telemetry], object]) -> Callable[[Scene], None]:
    """A function writes something through its telemetry."""

    def set_up(scene: Scene) -> None:
        def write() -> None:
            tell(scene.telemetry)
            scene.telemetry.end()

        scene.at(0.0, write)

    return set_up


def _refused(telemetry: Telemetry) -> None:
    for _ in range(21):
        telemetry.outcome(Failed(FailureCode.REJECTED_BY_CONNECT, "why"), seconds=0.1, waited=1.0)


def _ladder(happens: Callable[[Scene, str], None] | None = None, after: float = 0.0) -> Callable[[Scene], None]:
    """A task waits in the first line and ``examples/ladder.json`` is deployed; ``after`` so many seconds something ``happens`` to it."""

    def set_up(scene: Scene) -> None:
        contact, seed = scene.contact(), scene.seed
        scene.connect.others.place(contact, queue_id=seed.queues[ladder.FIRST_LINE])
        given = ladder.ids(seed.flows, seed.queues, seed.users)
        for message in ladder.messages(contact, INSTANCE_ARN, given, BEGINS):
            scene.cloud.queue.send(json.dumps(message))
        if happens is not None:
            scene.at(after, partial(happens, scene, contact))

    return set_up


def _taken(scene: Scene, contact: str) -> None:
    scene.connect.others.place(contact, user_id=scene.seed.users["ben"])


def _ends(scene: Scene, contact: str) -> None:
    scene.connect.others.end(contact)


def _taken_in_second_line(scene: Scene, _contact: str) -> None:
    [moved] = scene.connect.history.transfers
    _taken(scene, moved.new)


def _of_a_ladder(words: str, set_up: Callable[[Scene], object], transfers: int) -> Situation:
    return Situation(words, set_up, settings={"routes": {one["name"]: 1 for one in ladder.ROUTES}}, transfers=transfers)


_BUS = {"EventBusName": "ContactTransfer-local"}
_FAILED, _LOST = "FailedInvocations", "InvocationsFailedToBeSentToDlq"
SITUATIONS = (
    Situation("nobody sends anything", lambda _scene: None),
    Situation("one request, and everything works", Scene.request),
    # requests that do not move
    Situation("the worker is paused, or cannot read its queue, and one request waits", Scene.request, workers=0),
    Situation(
        "the worker does not read the urgent queue, and one request waits there",
        lambda scene: scene.request(lane="urgent"),
        workers=0,
    ),
    Situation(
        "more requests wait than the quota carries in an hour",
        _backlog,
        settings={"transfers_per_second": 0.05, "burst": 1.0},
    ),
    Situation("Connect answers with errors and one request waits", _connect(FaultKind.INTERNAL_ERROR), 25 * HOUR),
    Situation("Connect answers with errors, a request a minute", _connect(FaultKind.UNAVAILABLE, every=MINUTE)),
    Situation("Connect cannot be reached, a request a minute", _connect(FaultKind.REFUSED, every=MINUTE)),
    Situation(
        "answers of TransferContact are lost, a request a minute",
        _connect(FaultKind.HANG, "TransferContact", every=MINUTE),
    ),
    Situation(
        "another caller uses all of the quota, ten requests a minute",
        _connect(FaultKind.THROTTLE, "TransferContact", every=6.0),
        HOUR / 2,
    ),
    Situation(
        "the instance is at its quota of active tasks and one request waits",
        _connect(FaultKind.ACTIVE_TASK_QUOTA, "TransferContact"),
    ),
    Situation("AWS denies a call of the worker and one request waits", _connect(FaultKind.ACCESS_DENIED)),
    Situation("the ledger fails, a request a minute", _service("dynamodb", Kind.ERROR, every=MINUTE)),
    Situation("the bus fails, a request a minute", _service("events", Kind.ERROR, every=MINUTE)),
    Situation(
        "the dead-letter queue fails, and a request a minute must go there",
        _service("sqs", Kind.ERROR, "SendMessage", every=MINUTE, queueID="misspelt"),
    ),
    Situation(
        "the urgent queue fails, and a request a minute must go there",
        _service("sqs", Kind.ERROR, "SendMessage", every=MINUTE, priority="urgent"),
    ),
    Situation(
        "EventBridge Scheduler fails, a request a minute must be held",
        _service("scheduler", Kind.ERROR, every=MINUTE, notBefore="2026-01-01T12:00:00Z"),
    ),
    # requests that wait because they should
    _of_a_ladder("a ladder moves a task to the second line and to a supervisor", _ladder(), 2),
    _of_a_ladder("an agent takes the task before the ladder's first rung", _ladder(_taken, 10 * MINUTE), 0),
    _of_a_ladder("an agent takes the task between the ladder's rungs", _ladder(_taken_in_second_line, 45 * MINUTE), 1),
    _of_a_ladder(
        "the task ends before the ladder's first rung",
        _ladder(_ends, 10 * MINUTE),
        0,
    ),
    # requests that fail
    Situation("a producer sends one request with a mistake", lambda scene: scene.request(queueID="misspelt")),
    Situation("a flow is archived and one request names it", _archived(1)),
    Situation("a flow is archived and 50 requests name it", _archived(50)),
    Situation(
        "the deployment's lists lack a flow and 50 requests name it",
        _many(50),
        settings={"allowed_contact_flow_ids": frozenset({"another-flow"})},
    ),
    Situation("a contact ended before its request was carried out", _ended(1)),
    Situation("more than 20 contacts in an hour ended before their requests were carried out", _ended(21)),
    Situation("requests name contacts that Connect does not know, one a minute", _unknown_contacts),
    Situation("Connect refuses more than 20 transfers and no rule explains it", _told(_refused)),
    Situation("failed requests lie unattended", lambda scene: scene.cloud.dead_letters.send("{}"), 26 * HOUR),
    # functions
    Situation("every run of the worker fails, one request waits", Scene.request, worker=Worker.FAILS),
    Situation("every run of the worker reaches its time-out, one request waits", Scene.request, worker=Worker.HANGS),
    Situation("a message meets a defect in the worker", Scene.request, worker=Worker.DEFECT),
    Situation("Lambda throttles every run of the worker, one request waits", _service("function", Kind.NOT_INVOKED)),
    Situation("every run of the flow function fails, one a minute", _function("Flow", "Errors")),
    Situation("Lambda throttles the flow function, once a minute", _function("Flow", "Throttles")),
    Situation("every run of the confirmation function fails, one a minute", _function("Confirmation", "Errors")),
    Situation("Lambda throttles the confirmation function, once a minute", _function("Confirmation", "Throttles")),
    # events
    Situation(
        "EventBridge cannot deliver requests; they are in the dead-letter queue", _rule(_FAILED, "requests", **_BUS)
    ),
    Situation("EventBridge cannot deliver requests; they are nowhere", _rule(_LOST, "requests", **_BUS)),
    Situation(
        "EventBridge cannot deliver urgent requests; they are in the dead-letter queue",
        _rule(_FAILED, "urgent-requests", **_BUS),
    ),
    Situation("EventBridge cannot deliver urgent requests; they are nowhere", _rule(_LOST, "urgent-requests", **_BUS)),
    Situation(
        "EventBridge cannot deliver cancellations; they are in the dead-letter queue",
        _rule(_FAILED, "cancellations", **_BUS),
    ),
    Situation("EventBridge cannot deliver cancellations; they are nowhere", _rule(_LOST, "cancellations", **_BUS)),
    Situation("EventBridge cannot deliver contact events; they are in a dead-letter queue", _rule(_FAILED, "arrivals")),
    Situation("EventBridge cannot deliver contact events; they are nowhere", _rule(_LOST, "arrivals")),
    Situation(
        "contact events lie unattended in the confirmation function's dead-letter queue",
        _written("ApproximateNumberOfMessagesVisible", 26 * HOUR, QueueName="ConfirmationFailed"),
        26 * HOUR,
    ),
    Situation("a transferred contact does not arrive", _told(lambda telemetry: telemetry.unconfirmed())),
    Situation("a contact was transferred twice", _told(lambda telemetry: telemetry.conflict("name", "other"))),
)
