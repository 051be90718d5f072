"""A deployment's outputs among those of its stack, whatever app made the stack.

The project's own stack has them under their own names. Another app may have made them inside a construct: then CDK puts the
construct's path before the name and eight hexadecimal digits behind it. A stack may hold several deployments that way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

OUTPUTS = (
    "TransferQueueUrl",
    "TransferQueueArn",
    "UrgentQueueUrl",
    "UrgentQueueArn",
    "DeadLetterQueueUrl",
    "ConfirmationDeadLetterQueueUrl",
    "EventBusName",
    "EventBusArn",
    "QueueKeyArn",
    "LedgerTableName",
    "LedgerTableArn",
    "WorkerFunctionName",
    "FlowFunctionArn",
)
# Longest first: ConfirmationDeadLetterQueueUrl also ends as DeadLetterQueueUrl does.
_KEY = re.compile(rf"(\w*?)({'|'.join(sorted(OUTPUTS, key=len, reverse=True))})(?:[0-9A-F]{{8}})?")


def by_owner(outputs: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The deployments' outputs, by the path of the construct that made them: empty for those under their own names.

    Args:
        outputs: all outputs of a stack, others' too.
    """
    found: dict[str, dict[str, str]] = {}
    for key, value in outputs.items():
        if match := _KEY.fullmatch(key):
            found.setdefault(match[1], {})[match[2]] = value
    return {owner: named for owner, named in found.items() if "TransferQueueUrl" in named}
