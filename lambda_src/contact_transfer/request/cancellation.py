"""A cancellation: which request or batch is called off. It travels through the same queues and the same bus as requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contact_transfer.request import fields
from contact_transfer.request.arn import parse_instance
from contact_transfer.request.model import TransferRequest
from contact_transfer.request.parser import Refused, refusal_of_fields, served_instance

#: The fields of a cancellation that say what is called off, each with the field of a request that has its type.
NAMES: Mapping[str, str] = {"cancelRequestId": "requestId", "cancelBatchId": "batchId"}
FIELDS: Mapping[str, str] = {"instanceId": "instanceId", **NAMES}
#: So long after it was sent a cancellation also ends what arrives only then (contract).
HOLDS_SECONDS = 7 * 86_400.0
#: A request is held for as long as a cancellation holds, so one that was held before the cancellation was read may be due this much after
#: it: for so long the cancellation may have waited in its queue, and clocks may differ (assumed).
DUE_LATER_SECONDS = 900.0


@dataclass(frozen=True)
class Cancellation:
    """What is called off, in one instance: exactly one of ``request_id`` and ``batch_id`` is given."""

    instance_id: str
    request_id: str | None = None
    batch_id: str | None = None

    def message(self) -> dict[str, str]:
        """The body of its message."""
        named = {"cancelRequestId": self.request_id, "cancelBatchId": self.batch_id}
        return {"instanceId": self.instance_id} | {name: value for name, value in named.items() if value is not None}


def waits_since(request: TransferRequest, now: float) -> float:
    """Since when a request has been queued or scheduled, in epoch seconds: a cancellation that holds then ends it.

    So it does not matter how long the message waits in a backlog, nor how late its schedule fires.
    """
    sent = now if request.asked_at is None else min(now, request.asked_at)
    return sent if request.not_before is None else min(sent, request.not_before - DUE_LATER_SECONDS)


def names_cancellation(given: Mapping[str, Any]) -> bool:
    """Whether the fields of a body are those of a cancellation."""
    return not NAMES.keys().isdisjoint(given)


def read_cancellation(given: Mapping[str, Any], instance_arns: Sequence[str]) -> Cancellation:
    """Check the fields of a cancellation, as they were sent. Raise ``Refused``."""
    if failed := refusal_of_fields(list(_problems(given))):
        raise Refused(failed, {})
    instance = served_instance(given.get("instanceId"), [parse_instance(text) for text in instance_arns])
    return Cancellation(instance.instance_id, given.get("cancelRequestId"), given.get("cancelBatchId"))


def _problems(given: Mapping[str, Any]) -> Iterator[str]:
    for name, like in FIELDS.items():
        if name in given and (wrong := fields.problem(like, given[name])):
            yield f"{name} {wrong}"
    if given.keys() - FIELDS.keys():
        yield f"a cancellation has the fields {', '.join(FIELDS)} and no others"
    if len(NAMES.keys() & given.keys()) != 1:
        yield f"a cancellation names exactly one of {' and '.join(NAMES)}"
