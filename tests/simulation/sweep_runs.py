"""The sweep function in a run: an event of a metric rule invokes it, Lambda repeats what fails, and its requests enter the queue."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from local.virtual import Cloud, Kit
from local.virtual.cloud import BEGINS
from local.virtual.environment import Host
from local.virtual.loop import Task
from local.virtual.wire import Sender
from tests.simulation.scenario import INSTANCE_ARN, Request, Sweep
from tests.simulation.stage import Stage

Function = Callable[[Any, float], Any]
#: The route of every sweep of a run.
ROUTE = "sweep"
_TIMEOUT_SECONDS = 300.0
#: Lambda repeats a failed asynchronous invocation after one minute, and after two more (documented).
_REPEATED_AFTER = (60.0, 120.0)
#: Nobody else asks for it with a queue, so no producer's request is the same as a sweep's.
FLOW = "Inbound"
_WORD = f"{ROUTE}-"


@dataclass(frozen=True)
class SweepRun:
    """One invocation. ``asked``: the contacts that its messages name, in order. ``again``: it repeats one that failed."""

    sweep: Sweep
    queue_id: str
    began: float
    ended: float
    completed: bool
    asked: tuple[str, ...]
    again: bool


class Sweeps:
    """Invokes the function as the scenario says. ``left``: events that are not done with. ``runs``: in the order of their ends."""

    def __init__(self, cloud: Cloud, stage: Stage, make: Callable[[Kit], Function], skew: float, seed: int) -> None:
        self._cloud = cloud
        self._stage = stage
        self._make = make
        self._skew = skew
        self._random = Random(f"sweeps {seed}")
        self.left = 0
        self.runs: list[SweepRun] = []

    def plan(self, sweep: Sweep) -> None:
        """Have the event come at its time."""
        self.left += 1
        self._cloud.loop.at(BEGINS + sweep.at, self._invoke, sweep, 0)

    def _invoke(self, sweep: Sweep, times: int) -> None:
        loop = self._cloud.loop
        random = Random(self._random.getrandbits(64))
        sender = Sender(loop, self._cloud.weather, random)
        host = Host(0, sender, loop, random, self._skew * (2 * random.random() - 1))
        kit = self._cloud.kit(host)
        noting = _Noting(kit.aws["sqs"])
        function, began = self._make(Kit(**{**vars(kit), "aws": {**kit.aws, "sqs": noting}})), loop.now

        def ended(_answer: Any, error: BaseException | None) -> None:
            asked, queue = tuple(noting.contacts), self._stage.data.queues[sweep.queue]
            self.runs.append(SweepRun(sweep, queue, began, loop.now, error is None, asked, times > 0))
            if error is None or times >= len(_REPEATED_AFTER):
                self.left -= 1
            else:
                loop.after(_REPEATED_AFTER[times], self._invoke, sweep, times + 1)

        task = Task(loop, partial(function, self._event(sweep), _TIMEOUT_SECONDS), ended)
        sender.bind(task)
        loop.after(_TIMEOUT_SECONDS, task.kill)
        task.start()

    def _event(self, sweep: Sweep) -> dict[str, Any]:
        """As the route's rule writes it."""
        data = self._stage.data
        order = {"contactFlowId": data.flows[FLOW], "queueId": data.queues[sweep.to], "limit": sweep.limit}
        arns = [f"{INSTANCE_ARN}/queue/{data.queues[sweep.queue]}"]
        sent = {**order, "olderThanMinutes": sweep.older}
        return {"route": ROUTE, "eventId": str(sweep.event), "queueArns": arns, "sweep": sent}


class _Noting:
    """SQS, as the sweep function calls it: the contacts that its messages name are noted."""

    def __init__(self, sqs: Any) -> None:
        self._sqs = sqs
        self.contacts: list[str] = []

    def send_message_batch(self, **asked: Any) -> Any:
        self.contacts += [json.loads(entry["MessageBody"])["contactId"] for entry in asked["Entries"]]
        return self._sqs.send_message_batch(**asked)


def request(body: str, stage: Stage) -> Request | None:
    """The request of a sweep's message; None when it is no sweep's."""
    said = json.loads(body) if body.startswith("{") else {}
    if not str(said.get("batchId", "")).startswith(_WORD):
        return None
    if said["contactId"] not in stage.contacts:
        stage.contacts.append(said["contactId"])
    names = {value: name for kind in (stage.data.flows, stage.data.queues) for name, value in kind.items()}
    return Request(
        stage.contacts.index(said["contactId"]),
        flow=names[said["contactFlowId"]],
        queue=names[said["queueId"]],
        route=said.get("route"),
        priority=said.get("priority"),
        follow=said.get("follow", False),
        waiting=said.get("onlyIfWaiting", False),
        in_queue=names.get(said.get("onlyIfInQueueId", "")),
        swept=True,
    )
