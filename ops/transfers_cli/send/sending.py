"""Sending lines to the queues of their lanes, in batches that SQS takes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from contact_transfer.request.lanes import Lane
from contact_transfer.request.source import Source, mark
from transfers_cli.deployment import Deployment
from transfers_cli.progress import counting, stopping
from transfers_cli.send.lines import Line
from transfers_cli.sqs_batches import batches


@dataclass
class Sent:
    """Message ids by the numbers of the lines; and why lines were not sent. ``refused``: why, by the numbers of their lines."""

    ids: dict[int, str] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


def send_lines(found: Deployment, lines: Sequence[Line], sent: Sent) -> None:
    """Send lines and note in ``sent`` what became of each. Ctrl-C ends it between two batches."""
    sqs = found.aws("sqs")
    with counting("sending", len(lines)) as progress, stopping() as stop:
        for url, some in _batches(found, lines):
            if stop.is_set():
                return
            answer: Any = sqs.send_message_batch(QueueUrl=url, Entries=[_entry(line) for line in some])
            sent.ids.update({int(one["Id"]): one["MessageId"] for one in answer.get("Successful", [])})
            sent.refused.update({int(one["Id"]): f"SQS: {one['Code']}" for one in answer.get("Failed", [])})
            progress.advanced(len(some))


def _batches(found: Deployment, lines: Sequence[Line]) -> Iterator[tuple[str, Sequence[Line]]]:
    """The lines by the queue of the lane that each names, in batches; urgent ones first."""
    urgent = [line for line in lines if _is_urgent(line)]
    rest = [line for line in lines if not _is_urgent(line)]
    for output, some in (("UrgentQueueUrl", urgent), ("TransferQueueUrl", rest)):
        for batch in batches(some):
            yield found.output(output), batch


def _is_urgent(line: Line) -> bool:
    try:
        return bool(json.loads(line.body).get("priority") == Lane.URGENT)
    except (ValueError, AttributeError):
        return False  # the copy of a dropped message may be anything; the worker refuses what is no request


def _entry(line: Line) -> dict[str, Any]:
    # a copy of a dropped message keeps its own, and with them its source
    attributes = line.attributes or mark(Source.CLI)
    return {"Id": str(line.number), "MessageBody": line.body, "MessageAttributes": attributes}
