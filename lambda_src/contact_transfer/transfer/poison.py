"""A poison message: it kills its worker, so work on its request begins again and again and never comes to any end.

Nothing tells the next worker why: the sandbox died, ran out of memory or of time. So the ledger counts starts without an end, and a
request that has too many is looked into once more, and then left to a person.
"""

from __future__ import annotations

from dataclasses import replace

from contact_transfer.ledger.records import RequestRecord
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.outcome import Failed, FailureCode

#: Started so often without any end, a request kills its worker. A start counts even if its answer was lost and no work was
#: begun, so the last of them must be confirmed by a worker.
UNFINISHED_STARTS = 20
CONFIRMED_STARTS = 3
#: Looks that such a request is still granted, since looking does less than transferring.
LOOKS = 5
#: Unfinished and confirmed starts that it keeps after a look came to an end: it stays what it is.
LEFT = (UNFINISHED_STARTS, CONFIRMED_STARTS)


def is_suspicious(record: RequestRecord) -> bool:
    """Whether its starts must be confirmed from now on."""
    return record.unfinished > UNFINISHED_STARTS - CONFIRMED_STARTS


def is_poison(record: RequestRecord) -> bool:
    """Whether the request has begun so often without any end that it must be what stops the worker."""
    return record.unfinished > UNFINISHED_STARTS and record.confirmed >= CONFIRMED_STARTS


def is_beyond_looking(record: RequestRecord) -> bool:
    """Whether not even looking into what became of it comes to an end."""
    return is_poison(record) and record.confirmed >= CONFIRMED_STARTS + LOOKS


def failure(request: TransferRequest, record: RequestRecord) -> Failed:
    """The failure of a request that stops the worker each time, and whose calls have turned out to have done nothing."""
    return Failed(
        FailureCode.RETRIES_EXHAUSTED,
        f"Work on contact {request.contact_id} began {record.unfinished - 1} times without any end: it kills the worker.",
    )


def left_to_a_person(request: TransferRequest, record: RequestRecord) -> Failed:
    """The same when not even looking comes to an end: whatever a call did, nobody has found out."""
    failed = failure(request, record)
    if record.first_called_at is None:
        return failed
    look = "Whether an attempt transferred the contact shows in the contact's details in Connect."
    return replace(failed, code=FailureCode.OUTCOME_UNKNOWN, message=f"{failed.message} {look}", in_doubt=True)
