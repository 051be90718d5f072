"""To whom a ``requestId`` belongs: one item for each, in the ledger's table, with the fingerprint of its parameters and their contact.

It is bound by the first request that uses it, and free again when that request has failed, both while the contact's lease is held.
Either write may reach the table late: both carry their times, and what is older than what is there changes nothing.

A message that is refused for it is noted there too. The refusal is told and its message deleted, but a delivery of it that was made
at the same time may find the name free: were it to begin, nobody would come back for what it leaves in doubt.
"""

from __future__ import annotations

from contact_transfer.ledger import records
from contact_transfer.ledger.records import REFUSED, TOLD, Item, Verdict, ms, number, request_key, text, texts
from contact_transfer.ledger.table import LedgerUnavailable, Table
from contact_transfer.messaging.sqs_record import Delivery
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.outcome import Failed, FailureCode

#: How often a claim is sent anew because others have written meanwhile.
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

    def claim(self, request: TransferRequest, delivery: Delivery, now: float) -> Failed | None:
        """Bind the request's ``requestId`` to its parameters. Answer the verdict for this message when it has others, or had before.

        It is ``IdempotencyMismatch``, or what the message was told before another request could have the name; it is written down.
        """
        at, anew = ms(now), False
        for _ in range(_TURNS):
            item = self._bind(request, delivery, at, now, anew=anew)
            if item is None:
                return None
            told = records.verdicts(item, REFUSED)
            if given := Verdict.given(told, delivery):
                return given.failed
            anew = delivery.message_id in told
            if _is_anothers(item, request):
                refused = self._mismatched(request, delivery, item, now)
                if refused is not None:
                    return refused
            elif number(item, "claimedAt") == at and "failedAt" not in item:
                return None  # applied before; its answer was lost and the SDK sent it again
            at = max(at, _latest(item) + 1)  # by a clock that is ahead: whoever reads this is not late
        raise LedgerUnavailable("the requestId was claimed and failed too fast")

    def refused(self, request: TransferRequest, delivery: Delivery, now: float) -> Failed | None:
        """As ``claim``, for a request that cannot begin yet: answer the verdict, but bind nothing."""
        item = self._table.read(request_key(request.name))
        if given := Verdict.given(records.verdicts(item, REFUSED), delivery):
            return given.failed
        return self._mismatched(request, delivery, item, now) if _is_anothers(item, request) else None

    def free(self, request: TransferRequest, now: float) -> None:
        """Free the request's name, unless it has been freed or claimed again since."""
        refused = self._release(request, ms(now))
        if refused is not None and text(refused, "fingerprint") == request.fingerprint and "failedAt" not in refused:
            # it was claimed by a clock that is ahead
            self._release(request, number(refused, "claimedAt"))

    def _bind(self, request: TransferRequest, delivery: Delivery, at: int, now: float, *, anew: bool) -> Item | None:
        """``anew``: although the message was refused before, for it has been sent again."""
        return self._table.update(
            request_key(request.name),
            "SET fingerprint = :fingerprint, contactId = :contact, instanceId = :instance, claimedAt = :at,"
            f" #expires = :expires REMOVE failedAt{', #refused' if anew else ''}",
            f"attribute_not_exists(pk) OR ({'' if anew else 'attribute_not_exists(#refused) AND '}"
            "(fingerprint = :fingerprint OR attribute_exists(failedAt))"
            f" AND claimedAt < :at AND {_NOT_FAILED_SINCE})",
            {
                ":fingerprint": request.fingerprint,
                ":contact": request.contact_id,
                ":instance": request.instance_id,
                ":at": at,
                ":expires": int(now + self._keep),
            },
            {"#expires": "expires", "#refused": _refusal(delivery.message_id)},
        )[1]

    def _mismatched(self, request: TransferRequest, delivery: Delivery, item: Item, now: float) -> Failed | None:
        """The verdict, written down; None when the name is no longer its holder's, whom ``item`` shows."""
        verdict = self._heard(request, delivery) or Verdict.of(mismatch(text(item, "contactId")), delivery, now)
        return verdict.failed if self._refuse(request, verdict, item) else None

    def _heard(self, request: TransferRequest, delivery: Delivery) -> Verdict | None:
        """What the message was told while the name was its request's; it has been corrected since, by another message."""
        contact = self._table.read(records.contact_key(request.instance_id, request.contact_id))
        return Verdict.given(records.verdicts(contact, TOLD), delivery)

    def _refuse(self, request: TransferRequest, verdict: Verdict, item: Item) -> bool:
        mine = _refusal(verdict.message_id)
        forgotten = records.forgotten(records.verdicts(item, REFUSED), verdict.message_id)
        outdated = {f"#out{number}": _refusal(message_id) for number, message_id in enumerate(forgotten)}
        refused = self._table.update(
            request_key(request.name),
            f"SET #refused = :verdict{' REMOVE ' if outdated else ''}{', '.join(outdated)}",
            "fingerprint = :theirs AND attribute_not_exists(failedAt)",
            {":verdict": verdict.texts(), ":theirs": text(item, "fingerprint") or ""},
            {"#refused": mine, **outdated},
        )[1]
        return refused is None or texts(refused, mine) == verdict.texts()  # applied before; its answer was lost

    def _release(self, request: TransferRequest, at: int) -> Item | None:
        return self._table.update(
            request_key(request.name),
            "SET failedAt = :at",
            f"fingerprint = :fingerprint AND claimedAt <= :at AND {_NOT_FAILED_SINCE}",
            {":at": at, ":fingerprint": request.fingerprint},
        )[1]


def _latest(item: Item) -> int:
    return max(number(item, "claimedAt"), number(item, "failedAt"))


def _is_anothers(item: Item, request: TransferRequest) -> bool:
    return "failedAt" not in item and text(item, "fingerprint") not in {None, request.fingerprint}


def _refusal(message_id: str) -> str:
    return f"{REFUSED}:{message_id}"
