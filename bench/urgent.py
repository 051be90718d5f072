"""Urgent requests beside a backlog in real time: the deployed stack on this machine. ``bench.lanes`` has more, on the virtual clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from bench.finding import Check, Finding
from bench.lanes import SOON
from bench.realtime import BURST, LATENCY, RATE, Scene, send
from local.cloud import LocalCloud

#: Requests that wait in the normal lane: more than the quota carries in the run. Urgent ones, and the seconds between two of them.
BACKLOG, URGENT, EVERY = 300, 30, 3.0
#: What an urgent request needs in any case: DescribeContact and TransferContact.
CALLS = 2 * LATENCY


def measure(step: Callable[[str], None]) -> Finding:
    """Return how long urgent requests took from being sent to their transfer. ``step`` shows progress."""
    title = f"{URGENT} urgent requests, one every {EVERY:g} s, beside {BACKLOG} that wait at {RATE:g}/s, burst {BURST:g} (real time)"
    found = Finding("urgent", title)
    step("deploying the stack to the local cloud")
    with LocalCloud() as cloud:
        scene = Scene(cloud.connect, cloud.instance_id, cloud.seed, cloud.client("connect"), BACKLOG + URGENT)
        backlog, urgent = scene.requests[:BACKLOG], scene.requests[BACKLOG:]
        sqs, sent = cloud.client("sqs"), dict[str, float]()
        send(sqs, cloud.outputs["TransferQueueUrl"], backlog)
        step(f"one urgent request after the other: {URGENT * EVERY:g} s")
        for request in urgent:
            time.sleep(EVERY)
            sent[request["contactId"]] = time.time()
            send(sqs, cloud.outputs["UrgentQueueUrl"], [request])
        cloud.wait_until(lambda: not cloud.queue_depth("UrgentQueueUrl"), "the urgent queue is empty")
        transfers = scene.control.transfers()
    _add(found, [(one["old"], one["time"]) for one in transfers], sent)
    return found


def _add(found: Finding, transfers: list[tuple[str, float]], sent: dict[str, float]) -> None:
    waits = sorted(at - sent[contact] - CALLS for contact, at in transfers if contact in sent)
    beside = sum(contact not in sent for contact, _ in transfers)
    found.rows.append(
        {
            "in real time (`python -m bench urgent`)": len(sent),
            "transferred": len(waits),
            "p50 s": round(median(waits), 2),
            "most s": round(max(waits), 2),
            "of the backlog meanwhile": beside,
            "twice": len(transfers) - len({contact for contact, _ in transfers}),
        }
    )
    found.checks = [
        Check("urgent beside a backlog, real time: not transferred", len(sent) - len(waits), 0),
        Check("urgent beside a backlog, real time: the longest, beyond the calls", round(max(waits), 2), SOON, " s"),
        Check("urgent beside a backlog, real time: transferred twice", found.rows[0]["twice"], 0),
    ]
