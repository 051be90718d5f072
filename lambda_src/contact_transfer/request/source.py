"""Where a request came from, as the ledger and ``transfers status`` name it.

Only what the message itself shows is known: the flow function and the operators' command mark what they send. Any principal
that may send to the queue can write the same mark, so a source informs and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Source(StrEnum):
    """Every source. The words are shown to operators."""

    QUEUE = "queue"  # a producer's SQS message
    BUS = "bus"  # an event on the deployment's bus
    ROUTE = "route"  # an event of Connect that a route turned into a request
    FLOW = "flow"  # a Connect flow, through the flow function
    CLI = "cli"  # transfers send
    SWEEP = "sweep"  # a sweep of a queue, by a route or by transfers sweep


#: The message attribute with which a sender of ours marks its requests.
ATTRIBUTE = "ContactTransferSource"
_MARKED = (Source.FLOW, Source.CLI, Source.SWEEP)


def mark(source: Source) -> dict[str, dict[str, str]]:
    """The ``MessageAttributes`` of SendMessage that name ``source``."""
    return {ATTRIBUTE: {"DataType": "String", "StringValue": str(source)}}


def marked(attributes: Mapping[str, Any]) -> Source | None:
    """The source that a delivered message's attributes name, if one does.

    Args:
        attributes: ``messageAttributes`` of an SQS record as Lambda delivers it.
    """
    attribute = attributes.get(ATTRIBUTE)
    said = attribute.get("stringValue") if isinstance(attribute, Mapping) else None
    return next((source for source in _MARKED if source == said), None)
