"""``transfers batch`` and ``transfers cancel`` against the local cloud: what has happened is said, what is queued or scheduled ends."""

from __future__ import annotations

import time
import uuid

import pytest

from contact_transfer.request.timestamps import rfc3339
from tests.ops.conftest import Centre, Transfers

pytestmark = [pytest.mark.cloud, pytest.mark.xdist_group("ops")]


def _send(centre: Centre, contact: str, **fields: object) -> None:
    body = centre.body(contact, **fields)
    centre.cloud.client("sqs").send_message(QueueUrl=centre.cloud.outputs["TransferQueueUrl"], MessageBody=body)


def _sent(centre: Centre, batch: str, other: str, due: str) -> list[str]:
    """Send one of each kind: carried out, skipped, two that are held, and one of no batch; and one that fails, not returned."""
    moved, left, wrong, *later = centre.tasks(6)
    _send(centre, moved, batchId=batch)
    _send(centre, left, batchId=batch, onlyIfInQueueId=centre.cloud.seed["queues"]["Overflow"])
    _send(centre, wrong, batchId=batch, queueId=str(uuid.uuid4()))
    for contact in later[:2]:
        _send(centre, contact, batchId=batch, notBefore=due)
    _send(centre, later[2], requestId=other, notBefore=due)
    return [moved, left, *later]


def test_a_batch_says_what_has_happened_and_what_is_scheduled_ends_when_it_is_cancelled(
    centre: Centre, transfers: Transfers
) -> None:
    batch, other, due = f"b-{uuid.uuid4()}", f"r-{uuid.uuid4()}", rfc3339(time.time() // 1 + 3600)
    moved, left, *later = _sent(centre, batch, other, due)
    centre.worked_off()
    batch_now = transfers("batch", batch, "--json").json
    assert {state: batch_now[state] for state in ("transferred", "skipped", "failed", "cancelled", "held")} == {
        "transferred": 1, "skipped": 1, "failed": 1, "cancelled": 0, "held": 2,
    }  # fmt: skip
    assert batch_now["codes"] == {"NotInQueue": 1, "DestinationNotFound": 1}
    for what in (later[0], other):
        assert f"scheduled for {due[:19]}" in transfers("status", what).out
    assert transfers("status", later[0], "--json").json["scheduled"][0]["batchId"] == batch

    cancelled = transfers("cancel", "--batch-id", batch, "--yes")
    assert "is cancelled, and 2 schedules deleted" in cancelled.out
    centre.worked_off()
    batch_now = transfers("batch", batch, "--json").json
    assert (batch_now["transferred"], batch_now["cancelled"], batch_now["held"]) == (1, 2, 0)
    assert batch_now["cancelledUntil"]
    shown = transfers("batch", batch).out
    assert all(words in shown for words in ("because of", "called off"))
    assert transfers("cancel", "--request-id", other, "--yes", "--json").json["schedules"] == 1
    centre.worked_off()
    assert "cancelled" in transfers("status", other).out
    assert transfers("scheduled").status == 3
    assert moved in centre.transferred()
    assert not {left, *later} & set(centre.transferred())
    assert transfers("batch", "of-nobody").status == 3


def test_a_cancellation_is_read_although_the_worker_reads_no_queue(centre: Centre, transfers: Transfers) -> None:
    """As behind long backlogs in both lanes: its message waits, and the command has the worker read it all the same."""
    batch, [contact] = f"b-{uuid.uuid4()}", centre.tasks(1)
    assert transfers("pause", "--yes").status == 0
    try:
        for source in (centre.cloud.event_source, centre.cloud.urgent_event_source):
            source.await_standstill()
            source.await_open_receives()
        _send(centre, contact, batchId=batch)
        cancelled = transfers("cancel", "--batch-id", batch, "--yes", "--json").json
        assert cancelled["isRead"]
        assert centre.counts("UrgentQueueUrl")[0] + centre.counts("TransferQueueUrl")[0] == 2
    finally:
        assert transfers("resume", "--yes").status == 0
    centre.worked_off()
    assert transfers("batch", batch, "--json").json["cancelled"] == 1
    assert contact not in centre.transferred()
