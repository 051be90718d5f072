"""What really happened, in order and never changed: for auditors who trust nobody's own account.

Calls are kept with ids only; names, descriptions and attributes are personal data and stay out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: The HTTP status of a call that went through.
OK = 200

_IDS = (
    "InstanceId",
    "ContactId",
    "ContactFlowId",
    "QueueId",
    "UserId",
    "ClientToken",
    "PreviousContactId",
    "RelatedContactId",
)


@dataclass(frozen=True)
class CallRecord:
    """One call. ``status`` (0: it never reached Connect) and ``code`` are what Connect decided.

    ``delivered`` is ``answer`` when the caller got exactly that, else what it got instead. ``applied`` is True when the call
    went through, also when its answer was lost or came from the token's memory. ``fault`` names the faults that struck.
    """

    number: int
    time: float
    operation: str
    ids: Mapping[str, str]
    request_id: str
    status: int
    code: str | None
    applied: bool
    delivered: str
    fault: str | None


@dataclass(frozen=True)
class TransferRecord:
    """One transfer: ``old`` ended and ``new`` began. ``by`` is ``TransferContact`` or ``agent``; only the former has a request id."""

    number: int
    time: float
    instance_id: str
    old: str
    new: str
    flow_id: str | None
    queue_id: str | None
    user_id: str | None
    token: str | None
    by: str
    request_id: str | None


class History:
    """Append-only: ``calls`` and ``transfers``, each numbered from 1."""

    def __init__(self) -> None:
        self.calls: list[CallRecord] = []
        self.transfers: list[TransferRecord] = []

    def call(
        self,
        *,
        time: float,
        operation: str,
        params: Mapping[str, Any],
        request_id: str,
        status: int,
        code: str | None,
        delivered: str,
        fault: str | None,
    ) -> None:
        """Append a call; the arguments are fields of ``CallRecord``, such as ``delivered`` and ``fault``."""
        ids = {name: str(params[name]) for name in _IDS if params.get(name) is not None}
        applied = status == OK
        number = len(self.calls) + 1
        self.calls.append(CallRecord(number, time, operation, ids, request_id, status, code, applied, delivered, fault))

    def transfer(
        self,
        *,
        time: float,
        instance_id: str,
        old: str,
        new: str,
        flow_id: str | None,
        queue_id: str | None,
        user_id: str | None,
        token: str | None,
        by: str,
        request_id: str | None,
    ) -> None:
        """Append a transfer; the arguments are fields of ``TransferRecord``: ``old``, ``new``, ``token``, ``by`` and the like."""
        number = len(self.transfers) + 1
        self.transfers.append(
            TransferRecord(number, time, instance_id, old, new, flow_id, queue_id, user_id, token, by, request_id)
        )

    def transferred_twice(self) -> list[str]:
        """Return the contacts that were transferred more than once, by whomever."""
        counted = Counter(record.old for record in self.transfers)
        return [contact for contact, count in counted.items() if count > 1]

    def stats(self) -> dict[str, Any]:
        """Return counts: calls by operation and answer (``200`` or the error's code), transfers, contacts transferred twice."""
        calls: dict[str, Counter[str]] = {}
        for record in self.calls:
            calls.setdefault(record.operation, Counter())[record.code or str(record.status)] += 1
        return {
            "calls": {operation: dict(counts) for operation, counts in sorted(calls.items())},
            "lost_answers": sum(1 for record in self.calls if record.applied and record.delivered != "answer"),
            "transfers": len(self.transfers),
            "transferred_twice": self.transferred_twice(),
        }
