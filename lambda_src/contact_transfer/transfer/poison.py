"""A request that kills its worker: work on it begins again and again, and never comes to any end.

Nothing tells the next worker why: the sandbox died, ran out of memory or of time. So the ledger counts begins without an end, and a
request that has too many is looked into once more, and then left to a person.
"""

from __future__ import annotations

from contact_transfer.ledger.records import Begun
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.outcome import Failed, FailureCode

#: Begun so often without any end, a request kills its worker. A begin counts even if its answer was lost and no work was
#: begun, so the last of them must be known to have begun.
DEADLY_BEGINS = 20
CONFIRMED_BEGINS = 3
#: Looks that such a request is still granted, since looking does less than transferring.
DEADLY_LOOKS = 5
#: Begins without an end, and known beginnings, that it keeps after a look came to an end: it stays what it is.
LEFT = (DEADLY_BEGINS, CONFIRMED_BEGINS)


def suspicious(begun: Begun) -> bool:
    """Whether its beginnings are to be noted from now on."""
    return begun.unended > DEADLY_BEGINS - CONFIRMED_BEGINS


def kills(begun: Begun) -> bool:
    return begun.unended > DEADLY_BEGINS and begun.starts >= CONFIRMED_BEGINS


def beyond_looking(begun: Begun) -> bool:
    """Whether not even looking into what became of it comes to an end."""
    return kills(begun) and begun.starts >= CONFIRMED_BEGINS + DEADLY_LOOKS


def failure(request: TransferRequest, begun: Begun) -> Failed:
    return Failed(
        FailureCode.RETRIES_EXHAUSTED,
        f"Work on contact {request.contact_id} began {begun.unended - 1} times without any end: it kills the worker. "
        "Whether the last attempt transferred the contact shows in the contact's details in Connect.",
    )
