"""Between the ledger's records and outcomes: what was written down, told as an outcome, and the other way round."""

from __future__ import annotations

from typing import cast

from contact_transfer.ledger.records import FailureRecord, LeaseAcquired, Transfer
from contact_transfer.ledger.store import LedgerUnavailable
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.outcome import Cause, Deferred, Failed, FailureCode, Outcome, Transferred


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


def mismatch(first: str | None) -> Failed:
    """The requestId belongs to other parameters, for the contact ``first``."""
    return Failed(
        FailureCode.IDEMPOTENCY_MISMATCH,
        f"requestId has been used before with other parameters, for contact {first}. Use a new requestId for a new request.",
    )


def failure_record(failed: Failed, held: LeaseAcquired, message_id: str, now: float) -> FailureRecord:
    """The record of a failure."""
    return FailureRecord(
        held.lease.request,
        message_id,
        str(failed.code),
        failed.message,
        now,
        held.lease.turn,
        failed.attempts,
        failed.in_doubt,
        successor_contact_id=failed.successor_contact_id,
    )


def failed_before(record: FailureRecord) -> Failed:
    """The failure that a message heard before. A code that only a newer version knows is passed on as it is."""
    try:
        code = FailureCode(record.code)
    except ValueError:
        code = cast("FailureCode", record.code)
    return Failed(
        code, record.message, record.attempts, record.in_doubt, successor_contact_id=record.successor_contact_id
    )


def ledger_away(error: LedgerUnavailable, delay: float) -> Deferred:
    """The deferral of a request while the ledger does not answer. ``delay`` in seconds."""
    return Deferred(Cause.ACCESS_DENIED if error.denied else Cause.LEDGER, delay, error.detail)


def is_not_active(outcome: Outcome) -> bool:
    """Whether the outcome is that the contact was not active any more."""
    return isinstance(outcome, Failed) and outcome.code is FailureCode.CONTACT_NOT_ACTIVE
