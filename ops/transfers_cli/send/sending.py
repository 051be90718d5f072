"""Sending lines to the transfer queue, in batches that SQS takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from contact_transfer.request.source import Source, mark
from transfers_cli.deployment import Deployment
from transfers_cli.progress import counting, stopping
from transfers_cli.send.lines import Line
from transfers_cli.sqs_batches import batches


@dataclass
class Sent:
    """Message ids by the numbers of the lines; and why lines were not sent."""

    ids: dict[int, str] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


def send_lines(found: Deployment, lines: Sequence[Line], sent: Sent) -> None:
    """Send lines and note in ``sent`` what became of each. Ctrl-C ends it between two batches."""
    sqs, url = found.aws("sqs"), found.output("TransferQueueUrl")
    with counting("sending", len(lines)) as progress, stopping() as stop:
        for some in batches(lines):
            if stop.is_set():
                return
            answer: Any = sqs.send_message_batch(QueueUrl=url, Entries=[_entry(line) for line in some])
            sent.ids.update({int(one["Id"]): one["MessageId"] for one in answer.get("Successful", [])})
            sent.refused.update({int(one["Id"]): f"SQS: {one['Code']}" for one in answer.get("Failed", [])})
            progress.advanced(len(some))


def _entry(line: Line) -> dict[str, Any]:
    # a copy of a dropped message keeps its own, and with them its source
    attributes = line.attributes or mark(Source.CLI)
    return {"Id": str(line.number), "MessageBody": line.body, "MessageAttributes": attributes}
