"""Sixty requests in real time: the deployed stack on this machine, then what a user would pick instead, all with the same quota."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from bench import pace
from bench.environments import peer_runtime
from bench.finding import Check, Finding
from bench.peer_stack import PEERS, PeerStack
from local.cloud import LocalCloud
from local.event_source.loop import Delivery
from local.simulator import ConnectProcess
from local.toolbox import ROOT

REQUESTS, RATE, BURST = 60, 2.0, 5.0
FLOOR = (REQUESTS - BURST) / RATE
#: What a longer backlog's table shows.
_KEPT = ("consumer", "transferred", "lost", "still on its way", "throttled", "receives a message")
#: A backlog that uses up a peer's receives.
MANY = 600
#: Seconds that the simulated Connect takes to answer.
LATENCY = 0.08
#: Seconds after which a message that is still queued counts as left.
PATIENCE = 170.0


@dataclass(frozen=True)
class Raced:
    """What the simulated Connect saw of one consumer. Times are seconds from its first request.

    Attributes:
        name: the consumer.
        requests: how many it was sent.
        transfers_at: when each contact was transferred first.
        twice: contacts that were transferred again.
        calls: of all operations.
        throttled: calls that were throttled.
        lost: messages in the dead-letter queue, or requests that were given up.
        left: messages that are still queued.
        receives: deliveries of messages; None without a queue.
    """

    name: str
    requests: int
    transfers_at: list[float]
    twice: int
    calls: int
    throttled: int
    lost: int
    left: int
    receives: int | None

    @property
    def receives_each(self) -> float | None:
        """Deliveries of a message on average; None without a queue."""
        return None if self.receives is None else round(self.receives / self.requests, 3)

    def row(self) -> dict[str, Any]:
        """Return the row of the table."""
        done = len(self.transfers_at)
        makespan = max(self.transfers_at, default=0.0)
        return {
            "consumer": self.name,
            "transferred": done,
            "lost": self.lost,
            "still on its way": self.left,
            "twice": self.twice,
            "throttled": f"{self.throttled / max(1, self.calls):.1%}",
            "receives a message": self.receives_each,
            "last transfer s": round(makespan, 1),
            "over floor": round(makespan / FLOOR, 3) if done == REQUESTS == self.requests else None,
        }


class Scene:
    """A simulated Connect with contacts to move, and what it saw. ``data``: the seed data of the simulator."""

    def __init__(
        self, connect: ConnectProcess, instance_id: str, data: dict[str, Any], client: Any, count: int = REQUESTS
    ) -> None:
        self.control = connect.control
        self.control.set_quota("StartTaskContact", None)
        flow, queue = data["flows"]["Move to queue"], data["queues"]["Support"]
        asked = {"InstanceId": instance_id, "ContactFlowId": data["flows"]["Inbound"], "Name": "a case"}
        ids = [str(client.start_task_contact(**asked)["ContactId"]) for _ in range(count)]
        self.requests = [
            {"instanceId": instance_id, "contactId": one, "contactFlowId": flow, "queueId": queue} for one in ids
        ]
        self.control.add_fault("slow", delay=LATENCY)
        self.control.set_quota("TransferContact", RATE, BURST)
        self._calls = len(self.control.calls())
        self.began = time.time()

    def done(self) -> int:
        """Return the number of transfers so far."""
        return len(self.control.transfers())

    def raced(self, name: str, lost: int, left: int, receives: int | None = None) -> Raced:
        """Return what Connect saw of the consumer called ``name``; the caller knows ``lost``, ``left`` and ``receives``."""
        calls = [one for one in self.control.calls()[self._calls :] if one["operation"] != "StartTaskContact"]
        first: dict[str, float] = {}
        transfers = self.control.transfers()
        for one in transfers:
            first.setdefault(one["old"], one["time"] - self.began)
        throttled = sum(one["status"] == 429 for one in calls)
        twice = len(transfers) - len(first)
        return Raced(
            name, len(self.requests), sorted(first.values()), twice, len(calls), throttled, lost, left, receives
        )


def send(sqs: Any, url: str, requests: Sequence[dict[str, Any]]) -> None:
    """Send all requests to a queue, ten at a time."""
    for start in range(0, len(requests), 10):
        entries = [{"Id": str(n), "MessageBody": json.dumps(one)} for n, one in enumerate(requests[start : start + 10])]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)


def measure(step: Callable[[str], None]) -> Finding:
    """Return how ours went alone, then the peers side by side. ``step`` shows progress."""
    found = Finding("realtime", f"{REQUESTS} requests in real time at {RATE:g}/s, burst {BURST:g} (floor {FLOOR:g} s)")
    step("deploying the stack to the local cloud")
    with LocalCloud() as cloud:
        step("ours: 60 requests take half a minute")
        ours = _ours(cloud)
        step(f"the peers, side by side: up to {PATIENCE:g} s")
        with ThreadPoolExecutor(len(PEERS) + 1) as together:
            racing = [together.submit(_peer, cloud, name) for name in PEERS]
            looping = together.submit(_loop, cloud)
            peers = [looping.result(), *(one.result() for one in racing)]
    found.rows = [ours.row(), *(one.row() for one in peers)]
    found.data["curves"] = {one.name: one.transfers_at for one in (ours, *peers)}
    found.checks = [
        Check("ours: makespan over floor", round(max(ours.transfers_at, default=1e9) / FLOOR, 4), pace.SIXTY),
        Check("ours: throttled share", ours.throttled / max(1, ours.calls), pace.THROTTLED),
        Check("ours: receives a message", ours.receives_each or 0.0, pace.RECEIVES),
        Check("ours: lost, left or twice", ours.lost + ours.left + ours.twice, 0),
    ]
    return found


def longer(step: Callable[[str], None]) -> Finding:
    """Return how a peer whose messages have five receives deals with a longer backlog; ``pace`` has ours. ``step`` shows progress."""
    found = Finding("longer", f"{MANY} requests in real time at {RATE:g}/s: how far five receives go")
    step("deploying the local cloud")
    with LocalCloud() as cloud:
        step("a peer with a longer backlog: five minutes")
        row = _peer(cloud, "batch", MANY, 3 * PATIENCE).row()
    found.rows = [{name: row[name] for name in _KEPT}]
    return found


def _ours(cloud: LocalCloud) -> Raced:
    scene = Scene(cloud.connect, cloud.instance_id, cloud.seed, cloud.client("connect"))
    before = len(cloud.deliveries)
    scene.began = time.time()
    send(cloud.client("sqs"), cloud.outputs["TransferQueueUrl"], scene.requests)
    _wait(lambda: cloud.queue_depth() == 0)
    lost, left = cloud.queue_depth("DeadLetterQueueUrl"), cloud.queue_depth()
    return scene.raced("Contact Transfer", lost, left, _receives(cloud.deliveries[before:]))


def _receives(deliveries: Sequence[Delivery]) -> int:
    return sum(len(one.message_ids) for one in deliveries)


def _peer(cloud: LocalCloud, name: str, count: int = REQUESTS, patience: float = PATIENCE) -> Raced:
    with PeerStack(cloud, name) as stack:
        scene = Scene(stack.connect, cloud.instance_id, stack.data, stack.connect_client(), count)
        scene.began = time.time()
        send(stack.sqs, stack.url, scene.requests)
        _wait(lambda: stack.depth(stack.url) == 0, patience)
        return scene.raced(PEERS[name], stack.depth(stack.dead), stack.depth(stack.url), _receives(stack.deliveries))


def _loop(cloud: LocalCloud) -> Raced:
    connect = ConnectProcess(cloud.instance_arns, cloud.logs / "loop")
    try:
        client = cloud.aws.client("connect", endpoint_url=connect.url, verify=None)
        scene = Scene(connect, cloud.instance_id, connect.control.seed(cloud.instance_id), client)
        scene.began = time.time()
        subprocess.run(
            [str(peer_runtime().python), "-m", "bench.peers.loop"],
            cwd=ROOT,
            input="".join(json.dumps(one) + "\n" for one in scene.requests).encode(),
            env={**cloud.environment(), "AWS_ENDPOINT_URL_CONNECT": connect.url, "PYTHONDONTWRITEBYTECODE": "1"},
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=PATIENCE,
        )
        return scene.raced("boto3 in a loop", REQUESTS - scene.done(), 0)
    finally:
        connect.stop()


def _wait(over: Callable[[], bool], patience: float = PATIENCE) -> None:
    ends = time.monotonic() + patience
    while not over() and time.monotonic() < ends:
        time.sleep(0.5)
