"""What the functions call, service by service. Permissions and the SDK data in the asset both come from this table.

A test compares it with the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Operations by service, as botocore names both.
Calls = Mapping[str, frozenset[str]]

#: The worker's calls.
WORKER_CALLS: Calls = MappingProxyType(
    {
        "connect": frozenset({"TransferContact", "DescribeContact", "DescribeContactFlow", "ListAssociatedContacts"}),
        "dynamodb": frozenset({"GetItem", "PutItem"}),
        "events": frozenset({"PutEvents"}),
        "scheduler": frozenset({"CreateSchedule", "GetSchedule"}),
        "sqs": frozenset({"ChangeMessageVisibilityBatch", "GetQueueAttributes", "SendMessage"}),
    }
)

#: The flow function's.
FLOW_CALLS: Calls = MappingProxyType({"sqs": frozenset({"SendMessage"})})

#: The confirmation function's.
CONFIRM_CALLS: Calls = MappingProxyType(
    {
        "dynamodb": frozenset({"GetItem", "PutItem"}),
        "events": frozenset({"PutEvents"}),
        "sqs": frozenset({"ChangeMessageVisibilityBatch"}),
    }
)

#: The sweep function's.
SWEEP_CALLS: Calls = MappingProxyType(
    {"connect": frozenset({"SearchContacts"}), "sqs": frozenset({"SendMessageBatch"})}
)

#: Every call of every function: what the SDK's data in the asset must know.
ALL_CALLS: Calls = MappingProxyType(
    {
        service: frozenset().union(
            *(calls.get(service, ()) for calls in (WORKER_CALLS, FLOW_CALLS, CONFIRM_CALLS, SWEEP_CALLS))
        )
        for service in WORKER_CALLS
    }
)

#: Calls that IAM knows by another name.
ACTIONS: Mapping[str, str] = MappingProxyType(
    {"ChangeMessageVisibilityBatch": "ChangeMessageVisibility", "SendMessageBatch": "SendMessage"}
)

#: What Lambda itself calls with a function's role to poll its queue.
MAPPING_CALLS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


def action(service: str, call: str) -> str:
    """The IAM action that a call needs."""
    return f"{service}:{ACTIONS.get(call, call)}"
