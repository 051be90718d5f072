"""Between the ledger's records and outcomes: what was written down, told as an outcome, and the other way round."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import cast

from contact_transfer.ledger.acquisition import LeaseAcquired
from contact_transfer.ledger.records import EndKind, EndRecord, Transfer
from contact_transfer.request.model import TransferRequest
from contact_transfer.request.timestamps import rfc3339
from contact_transfer.transfer.outcome import (
    Cancelled,
    Ended,
    Failed,
    FailureCode,
    Outcome,
    Skipped,
    SkipReason,
    Transferred,
)

#: What Connect's refusal of an ended contact reads like, where no rule explains it better.
_REFUSED_FOR_THE_CONTACT = frozenset(
    {
        FailureCode.CONTACT_NOT_ACTIVE,
        FailureCode.DESTINATION_NOT_FOUND,
        FailureCode.REJECTED_BY_CONNECT,
    }
)


def transfer(done: Transferred, request: TransferRequest) -> Transfer:
    """The record of a transfer."""
    return Transfer(
        request.entry,
        done.new_contact_id,
        done.new_contact_arn,
        done.transferred_at or 0.0,
        done.inferred,
        done.attempts,
        done.initial_contact_id,
        done.moved_contact_id,
    )


def transferred_before(record: Transfer) -> Transferred:
    """The answer of a request that has been carried out: the first one's."""
    return Transferred(
        record.new_contact_id,
        record.new_contact_arn,
        record.attempts,
        record.inferred,
        repeated=True,
        transferred_at=record.at,
        initial_contact_id=record.initial_contact_id,
        moved_contact_id=record.moved_contact_id,
    )


def transferred_elsewhere(request: TransferRequest, record: Transfer) -> Failed:
    """Why a request fails whose contact another one transferred."""
    if record.name == request.name:
        return mismatch(request.contact_id)  # the document of the requestId expired before the contact's
    to = f" to contact {record.new_contact_id}" if record.new_contact_id else ""
    return Failed(
        FailureCode.CONTACT_NOT_ACTIVE,
        f"Contact {request.contact_id} has ended, and not by this request: request {record.name} transferred it{to}.",
        successor_contact_id=record.new_contact_id,
    )


def cancelled(request: TransferRequest, until: float) -> Cancelled:
    """Why a request of which the ledger has a cancellation is not carried out."""
    return Cancelled(
        f"Contact {request.contact_id} stays where it is. The cancellation holds until {rfc3339(until)}.", until
    )


def mismatch(first: str | None) -> Failed:
    """The requestId belongs to other parameters, for the contact ``first``."""
    return Failed(
        FailureCode.IDEMPOTENCY_MISMATCH,
        f"requestId has been used before with other parameters, for contact {first}. Use a new requestId for a new request.",
    )


def end_record(ended: Ended, held: LeaseAcquired, message_id: str, now: float) -> EndRecord:
    """The record of an end without a transfer."""
    record = EndRecord(held.lease.request, message_id, "", ended.message, now, held.lease.turn, ended.attempts)
    match ended:
        case Failed():
            return replace(
                record,
                code=str(ended.code),
                in_doubt=ended.in_doubt,
                successor_contact_id=ended.successor_contact_id,
                moved_contact_id=ended.moved_contact_id,
            )
        case Skipped():
            moved = ended.moved_contact_id
            return replace(record, kind=EndKind.SKIPPED, code=str(ended.reason), moved_contact_id=moved)
        case Cancelled():
            return replace(record, kind=EndKind.CANCELLED, cancelled_until=ended.until)


def ended_before(record: EndRecord) -> Ended:
    """The end that a message had before. A code or reason that only a newer version knows is passed on as it is."""
    if record.kind == EndKind.SKIPPED:
        reason = cast("SkipReason", _known(SkipReason, record.code))
        return Skipped(reason, record.message, record.attempts, record.moved_contact_id)
    if record.kind == EndKind.CANCELLED:
        return Cancelled(record.message, record.cancelled_until or 0.0, record.attempts)
    code = cast("FailureCode", _known(FailureCode, record.code))
    return Failed(
        code,
        record.message,
        record.attempts,
        record.in_doubt,
        successor_contact_id=record.successor_contact_id,
        moved_contact_id=record.moved_contact_id,
    )


def _known(words: type[StrEnum], word: str) -> str:
    return next((known for known in words if known == word), word)


def under_conditions(request: TransferRequest, outcome: Outcome) -> Outcome:
    """The outcome; that the contact is not active any more is no failure of a request that has a condition."""
    if request.is_conditional and isinstance(outcome, Failed) and outcome.code is FailureCode.CONTACT_NOT_ACTIVE:
        return Skipped(SkipReason.CONTACT_ENDED, outcome.message)
    return outcome


def leaves_doubt(ended: Ended) -> bool:
    """Whether the end says itself that nobody knows if the contact was transferred."""
    return isinstance(ended, Failed) and ended.in_doubt


def doubted(unknown: Failed, ended: Ended) -> Failed:
    """An unknown outcome, with the end that it may as well be."""
    return replace(unknown, message=f"{unknown.message} If it transferred nothing: {ended.message}")


def rests_on_the_contact(ended: Ended) -> bool:
    """Whether an earlier call of the request's own, with an effect that shows only later, would have brought about the same end."""
    return isinstance(ended, Failed) and ended.code in _REFUSED_FOR_THE_CONTACT


def is_not_active(outcome: object) -> bool:
    """Whether the outcome is that the contact is not active any more, and not by this request."""
    return isinstance(outcome, Failed) and outcome.code is FailureCode.CONTACT_NOT_ACTIVE and not outcome.in_doubt
