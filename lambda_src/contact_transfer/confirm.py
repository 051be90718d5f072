"""The confirmation function's entry point: a batch of its queue in, a partial batch response out."""

from __future__ import annotations

from typing import Any

from contact_transfer import bootstrap

_confirmation = bootstrap.confirmation()


def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """Tell of arrivals. Answer which messages must come back.

    Raise ``ValueError`` when the event is no SQS event: the function is wired to something else than its queue.
    """
    records = event.get("Records")
    if not isinstance(records, list):
        raise ValueError("Not an SQS event: it has no Records. Only the event source mapping invokes this function.")  # noqa: TRY004 - the value is wrong, whatever its type
    _confirmation.telemetry.begin(context.aws_request_id)
    back = _confirmation.carry_out(records)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in back]}
