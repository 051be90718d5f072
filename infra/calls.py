"""What the functions call, service by service. Permissions and the SDK data in the asset both come from this table.

A test compares it with the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: The worker's calls, as botocore names services and operations.
WORKER_CALLS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "connect": frozenset({"TransferContact", "DescribeContact", "DescribeContactFlow", "ListAssociatedContacts"}),
        "dynamodb": frozenset({"GetItem", "UpdateItem"}),
        "events": frozenset({"PutEvents"}),
        "sqs": frozenset({"ChangeMessageVisibilityBatch", "SendMessage"}),
    }
)

#: Calls that IAM knows by another name.
ACTIONS: Mapping[str, str] = MappingProxyType({"ChangeMessageVisibilityBatch": "ChangeMessageVisibility"})

#: What Lambda itself calls with the worker's role to poll the transfer queue.
MAPPING_CALLS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


def action(service: str, call: str) -> str:
    """The IAM action that a call needs."""
    return f"{service}:{ACTIONS.get(call, call)}"
