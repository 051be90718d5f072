"""Lambda's rules for an SQS event source, as pure functions. No clock, no network: a simulation may use them too.

Source: "Using Lambda with Amazon SQS" and "Handling errors for an SQS event source in Lambda".
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: A synchronous invocation carries at most 6 MB. Source: "Lambda quotas".
PAYLOAD_LIMIT = 6 * 1024 * 1024
#: ReceiveMessage answers with at most ten messages.
RECEIVE_LIMIT = 10
REPORT_FAILURES = "ReportBatchItemFailures"


@dataclass(frozen=True)
class Mapped:
    """The settings of an event source mapping. ``window`` in seconds."""

    queue_arn: str
    batch_size: int = 10
    window: float = 0.0
    maximum_concurrency: int | None = None
    reports_failures: bool = False

    @classmethod
    def deployed(cls, answer: Mapping[str, Any]) -> Mapped:
        """Read the answer of GetEventSourceMapping. Raise ``ValueError`` for settings that Lambda refuses."""
        mapped = cls(
            queue_arn=answer["EventSourceArn"],
            batch_size=int(answer.get("BatchSize", 10)),
            window=float(answer.get("MaximumBatchingWindowInSeconds", 0)),
            maximum_concurrency=answer.get("ScalingConfig", {}).get("MaximumConcurrency"),
            reports_failures=REPORT_FAILURES in (answer.get("FunctionResponseTypes") or []),
        )
        if mapped.maximum_concurrency is not None and not 2 <= mapped.maximum_concurrency <= 1000:
            raise ValueError(f"MaximumConcurrency is {mapped.maximum_concurrency}; Lambda takes 2 to 1000")
        if mapped.batch_size > RECEIVE_LIMIT and mapped.window < 1:
            raise ValueError(f"a batch of {mapped.batch_size} needs a window of at least one second")
        return mapped


@dataclass(frozen=True)
class BatchResult:
    """Which messages are done and deleted, and which stay in the queue until their visibility time-out ends."""

    deleted: tuple[str, ...]
    kept: tuple[str, ...]
    reason: str = ""


def judge(message_ids: Sequence[str], answer: bytes | None, *, reports_failures: bool) -> BatchResult:
    """Return what becomes of a batch. ``answer`` is the function's payload, None when it raised, timed out or crashed.

    Without ReportBatchItemFailures every answer is success. With it, an empty, null or missing list is success; an empty,
    null or unknown ``itemIdentifier``, an item without one, or an answer of another shape fails the whole batch.
    ``reports_failures``: whether the mapping has ReportBatchItemFailures.
    """
    everything = tuple(message_ids)
    if answer is None:
        return BatchResult((), everything, "the function failed")
    if not reports_failures:
        return BatchResult(everything, ())
    failed, flaw = _failed_items(answer)
    unknown = failed - set(everything)
    if flaw or unknown:
        return BatchResult((), everything, flaw or "the answer names a message that is not in the batch")
    kept = tuple(one for one in everything if one in failed)
    return BatchResult(
        tuple(one for one in everything if one not in failed), kept, "reported as failed" if kept else ""
    )


def _failed_items(answer: bytes) -> tuple[set[str], str]:
    try:
        parsed = json.loads(answer) if answer.strip() else None
    except ValueError:
        return set(), "the answer is not JSON"
    if parsed is not None and not isinstance(parsed, dict):
        # assumed: AWS documents malformed items, not answers that are no object; judged as malformed
        return set(), "the answer is not an object"
    return _names((parsed or {}).get("batchItemFailures"))


def _names(items: object) -> tuple[set[str], str]:
    if items is None:
        return set(), ""
    if not isinstance(items, list):
        return set(), "batchItemFailures is not a list"
    names = [item.get("itemIdentifier") if isinstance(item, dict) else None for item in items]
    if not all(isinstance(name, str) and name for name in names):
        return set(), "an item has no usable itemIdentifier"
    return {str(name) for name in names}, ""


def record(message: Mapping[str, Any], queue_arn: str) -> dict[str, Any]:
    """Turn one message of ReceiveMessage (all attributes asked for) into a record of the function's event."""
    given = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": {name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()},
        "md5OfBody": message.get("MD5OfBody", ""),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }
    if "MD5OfMessageAttributes" in message:
        given["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    return given


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if "StringValue" in value:
        shown["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        shown["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return shown


def batches(records: Iterable[dict[str, Any]], limit: int = PAYLOAD_LIMIT) -> Iterator[tuple[list[str], bytes]]:
    """Split records into events of at most ``limit`` bytes: pairs of message ids and payload. Nothing is left out."""
    ids: list[str] = []
    parts: list[bytes] = []
    size = 0
    for one in records:
        part = json.dumps(one).encode()
        if parts and size + len(part) > limit:
            yield ids, _payload(parts)
            ids, parts, size = [], [], 0
        ids.append(one["messageId"])
        parts.append(part)
        size += len(part) + 2
    if parts:
        yield ids, _payload(parts)


def _payload(parts: Sequence[bytes]) -> bytes:
    return b'{"Records": [' + b", ".join(parts) + b"]}"
