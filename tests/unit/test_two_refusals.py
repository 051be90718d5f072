"""A lost answer, and then two definite refusals that differ: by the pure functions, no message has two ends, and neither is certain."""

from __future__ import annotations

import pytest

from contact_transfer.ledger import contact as contacts
from contact_transfer.ledger.acquisition import Claim, LeaseAcquired, RecordedEnd
from contact_transfer.ledger.contact import Release
from contact_transfer.ledger.records import Call, Contact, EndRecord
from contact_transfer.transfer import reporting
from contact_transfer.transfer.clock import Now
from contact_transfer.transfer.outcome import Failed, FailureCode
from contact_transfer.transfer.reconciliation import Question, unknown

REFUSALS = (FailureCode.DESTINATION_NOT_FOUND, FailureCode.REJECTED_BY_CONNECT)


def _acquired(contact: Contact | None, owner: str, message: str, now: float) -> tuple[Contact, LeaseAcquired]:
    claim = Claim("request", message, owner, {"queueId": "q"}, now + 70.0)
    written, answer = contacts.acquire(contact, claim, Now(now, now))
    assert written is not None
    assert isinstance(answer, LeaseAcquired)
    return written, answer


def _after_a_lost_answer() -> Contact:
    contact, held = _acquired(None, "first", "m", 1000.0)
    written, _ = contacts.release(contact, held.lease, Release(call=Call(1000.0, 1010.0)))
    assert written is not None
    return written


def _end(held: LeaseAcquired, code: FailureCode, message: str, now: float) -> EndRecord:
    question = Question("contact", None, is_own=False, first_called_at=held.record.first_called_at, attempts=1)
    refused = Failed(code, f"refused as {code}")
    assert reporting.rests_on_the_contact(refused)
    return reporting.end_record(reporting.doubted(unknown(question, ()), refused), held, message, now)


@pytest.mark.parametrize("refusals", [REFUSALS, REFUSALS[::-1]])
def test_the_first_refusal_s_end_is_its_message_s_only_one(refusals: tuple[FailureCode, FailureCode]) -> None:
    contact, frozen = _acquired(_after_a_lost_answer(), "second", "m", 3000.0)
    contact, held = _acquired(contact, "third", "m", 3100.0)  # while the second one stood still
    written, end = contacts.record_end(contact, held.lease, _end(held, refusals[0], "m", 3100.0))
    assert written is not None
    assert end is not None
    assert (end.code, end.in_doubt) == (FailureCode.OUTCOME_UNKNOWN, True)
    assert refusals[0] in end.message
    assert contacts.record_end(written, frozen.lease, _end(frozen, refusals[1], "m", 3200.0)) == (None, None)
    again = Claim("request", "m", "fourth", {}, 3300.0)
    assert contacts.acquire(written, again, Now(3200.0, 3200.0)) == (None, RecordedEnd(end))


def test_another_message_is_refused_otherwise_and_as_uncertain() -> None:
    contact, held = _acquired(_after_a_lost_answer(), "second", "m", 3000.0)
    written, _ = contacts.record_end(contact, held.lease, _end(held, REFUSALS[0], "m", 3000.0))
    contact, held = _acquired(written, "third", "sent again", 4000.0)
    assert held.record.first_called_at == 1000.0
    written, end = contacts.record_end(contact, held.lease, _end(held, REFUSALS[1], "sent again", 4000.0))
    assert written is not None
    assert end is not None
    assert {one.code for one in written.ends.values()} == {FailureCode.OUTCOME_UNKNOWN}
    assert REFUSALS[1] in end.message
