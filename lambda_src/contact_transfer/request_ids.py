"""To whom a ``requestId`` belongs: one item for each, in the ledger's table, with the fingerprint of its parameters and their contact.

It is bound by the first request that uses it, and free again when that request has failed. Either write may reach the table late:
both carry their times, and what is older than what is there changes nothing.
"""

from __future__ import annotations

from contact_transfer.outcome import Failed, FailureCode
from contact_transfer.records import Item, ms, number, request_key, text
from contact_transfer.request import TransferRequest
from contact_transfer.table import LedgerUnavailable, Table

#: How often a claim is sent anew because copies of the request have written meanwhile.
_TURNS = 5
_NOT_FAILED_SINCE = "(attribute_not_exists(failedAt) OR failedAt < :at)"


def mismatch(first: str | None) -> Failed:
    """The requestId belongs to other parameters, for the contact ``first``."""
    return Failed(
        FailureCode.IDEMPOTENCY_MISMATCH,
        f"requestId has been used before with other parameters, for contact {first}. Use a new requestId for a new request.",
    )


class RequestIds:
    """``keep_seconds``: how long an item outlives its last change. Every method can raise ``LedgerUnavailable``."""

    def __init__(self, table: Table, keep_seconds: float) -> None:
        self._table = table
        self._keep = keep_seconds

    def claim(self, request: TransferRequest, now: float) -> Failed | None:
        """Bind the request's ``requestId`` to its parameters. Answer ``IdempotencyMismatch`` when it has others."""
        at = ms(now)
        for _ in range(_TURNS):
            refused = self._bind(request, at, now)
            if refused is None:
                return None
            free = "failedAt" in refused
            if not free and text(refused, "fingerprint") != request.fingerprint:
                return mismatch(text(refused, "contactId"))
            if not free and number(refused, "claimedAt") == at:
                return None  # applied before; its answer was lost and the SDK sent it again
            at = _latest(refused) + 1  # by a clock that is ahead: whoever reads this is not late
        raise LedgerUnavailable("the requestId was claimed and failed too fast")

    def free(self, request: TransferRequest, now: float) -> None:
        """Free the request's name, unless it has been freed or claimed again since."""
        refused = self._release(request, ms(now))
        if refused is not None and text(refused, "fingerprint") == request.fingerprint and "failedAt" not in refused:
            # by a clock that is ahead, of a copy that could not begin meanwhile
            self._release(request, number(refused, "claimedAt"))

    def _bind(self, request: TransferRequest, at: int, now: float) -> Item | None:
        return self._table.update(
            request_key(request.name),
            "SET fingerprint = :fingerprint, contactId = :contact, instanceId = :instance, claimedAt = :at,"
            " #expires = :expires REMOVE failedAt",
            "attribute_not_exists(pk) OR ((fingerprint = :fingerprint OR attribute_exists(failedAt))"
            f" AND claimedAt < :at AND {_NOT_FAILED_SINCE})",
            {
                ":fingerprint": request.fingerprint,
                ":contact": request.contact_id,
                ":instance": request.instance_id,
                ":at": at,
                ":expires": int(now + self._keep),
            },
            {"#expires": "expires"},
        )[1]

    def _release(self, request: TransferRequest, at: int) -> Item | None:
        return self._table.update(
            request_key(request.name),
            "SET failedAt = :at",
            f"fingerprint = :fingerprint AND claimedAt <= :at AND {_NOT_FAILED_SINCE}",
            {":at": at, ":fingerprint": request.fingerprint},
        )[1]


def _latest(item: Item) -> int:
    return max(number(item, "claimedAt"), number(item, "failedAt"))
