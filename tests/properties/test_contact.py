"""The pure contact in any history of deliveries: what must hold whatever happens, each change applied twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from contact_transfer.ledger import contact as contacts
from contact_transfer.ledger.acquisition import (
    AlreadyTransferred,
    Claim,
    LeaseAcquired,
    LeaseHeld,
    RecordedEnd,
    TooManyRequests,
)
from contact_transfer.ledger.contact import MAXIMUM_UNDER_WAY, Release
from contact_transfer.ledger.documents import MAXIMUM_BYTES, decode, encode
from contact_transfer.ledger.forgetting import REMEMBERED_MESSAGES
from contact_transfer.ledger.records import Call, Contact, EndRecord, Transfer, TransientError
from contact_transfer.transfer.clock import Now

_REQUESTS = st.sampled_from(["a", "b", "c"])
_LEASE_SECONDS = 70.0


class ContactMachine(RuleBasedStateMachine):
    """Three requests for one contact, with workers that die, come back late, and are taken over."""

    def __init__(self) -> None:
        super().__init__()
        self.contact: Contact | None = None
        self.now = 1000.0
        self.count = 0
        self.leases: list[LeaseAcquired] = []
        self.reported: dict[str, EndRecord] = {}
        self.turn = 0
        self.winner: Transfer | None = None

    def _apply(self, change: Callable[..., tuple[Contact | None, Any]], *given: Any) -> Any:
        """Apply a change, through the document that DynamoDB would hold, and apply it again: the second time nothing changes."""
        written, answer = change(self.contact, *given)
        if written is not None:
            self.contact = decode(Contact, encode(written))
            again, same = change(self.contact, *given)
            assert again is None, f"{change.__name__} changes something when it is applied again"
            assert type(same) is type(answer)
        return answer

    @rule(seconds=st.sampled_from([0.1, 5.0, 80.0, 1000.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(request=_REQUESTS, may_call=st.booleans(), again=st.booleans())
    def acquire(self, *, request: str, may_call: bool, again: bool) -> None:
        self.count += 1
        message = f"{request}-message" if again else f"m{self.count}"
        before = self.contact or Contact()
        claim = Claim(
            request, message, f"owner-{self.count}", {"queueId": "q"}, self.now + _LEASE_SECONDS, may_call=may_call
        )
        answer = self._apply(contacts.acquire, claim, Now(self.now, self.now))
        match answer:
            case LeaseAcquired():
                assert before.lease is None or before.lease.until <= self.now
                assert answer.lease.turn > self.turn
                assert not answer.lease.calls or (before.transfer is None and not answer.is_foreign)
                if before.lease is not None and before.lease.calls:
                    assert answer.attempt is not None
                self.turn = answer.lease.turn
                self.leases.append(answer)
            case RecordedEnd(end):
                assert end.message_id == message
                assert self.reported[message].code == end.code
            case AlreadyTransferred(transfer):
                assert transfer.request == request
            case LeaseHeld(until):
                assert before.lease is not None
                assert until > self.now
            case TooManyRequests():
                raise AssertionError("three requests are not too many")
        assert message not in self.reported or isinstance(answer, RecordedEnd)

    @rule(which=st.integers(0, 5), in_doubt=st.booleans())
    def fail(self, *, which: int, in_doubt: bool) -> None:
        held = self._held(which)
        if held is None:
            return
        before = self.contact or Contact()
        message = f"{held.lease.request}-message"
        if message in self.reported:
            return
        failure = EndRecord(held.lease.request, message, "X", "x", self.now, held.lease.turn, 1, in_doubt)
        written = self._apply(contacts.record_end, held.lease, failure)
        if not self._is_current(before, held):
            assert written is None
            return
        self.reported[message] = failure
        after = self.contact or Contact()
        assert after.lease is None
        if before.attempt is not None and (in_doubt or held.is_foreign):
            assert after.attempt == before.attempt

    @rule(which=st.integers(0, 5), settled=st.booleans(), called=st.booleans(), failed=st.booleans())
    def release(self, *, which: int, settled: bool, called: bool, failed: bool) -> None:
        held = self._held(which)
        if held is None:
            return
        before = self.contact or Contact()
        call = Call(self.now - 1, self.now) if called and held.lease.calls else None
        error = TransientError("Throttled", "", self.now, self.now + 1) if failed else None
        self._apply(contacts.release, held.lease, Release(settled, call, error))
        after = self.contact or Contact()
        if not self._is_current(before, held):
            assert after == before
            return
        assert after.lease is None
        if call is not None:
            assert after.attempt is not None
            assert after.attempt.request == held.lease.request
            assert after.requests[held.lease.request].first_called_at is not None
        elif not settled:
            assert after.attempt == before.attempt

    @rule(which=st.integers(0, 5), new=st.sampled_from(["n1", "n2", None]), inferred=st.booleans())
    def transferred(self, *, which: int, new: str | None, inferred: bool) -> None:
        held = self._held(which)
        if held is None:
            return
        before = self.contact or Contact()
        done = Transfer(held.lease.request, new, None, self.now, inferred)
        stands = self._apply(contacts.record_transfer, held.lease, done)
        after = self.contact or Contact()
        if before.transfer is not None:
            assert after.transfer == before.transfer == stands
        elif inferred and not self._is_current(before, held):
            assert stands is None
        else:
            assert stands is not None
            assert after.transfer is not None
            assert (after.transfer.request, after.lease, after.attempt) == (held.lease.request, None, None)
        self.winner = self.winner or after.transfer

    @rule(message=st.sampled_from(["a-message", "b-message", "c-message"]))
    def parked(self, message: str) -> None:
        self._apply(contacts.mark_reported, message)

    @rule()
    def unknown_fields_arrive(self) -> None:
        """A newer version has written something."""
        if self.contact is not None:
            text = encode(self.contact)
            self.contact = decode(Contact, text[:-1] + ',"newField":{"a":1}}')

    @invariant()
    def what_holds_whatever_happens(self) -> None:
        contact = self.contact or Contact()
        assert contact.turn >= self.turn
        if self.winner is not None:
            assert contact.transfer == self.winner
        if contact.attempt is not None:
            assert contact.attempt.request in contact.requests
        assert len(contact.ends) <= REMEMBERED_MESSAGES + 3
        assert len(encode(contact).encode()) <= MAXIMUM_BYTES

    def _held(self, which: int) -> LeaseAcquired | None:
        return self.leases[-1 - which] if which < len(self.leases) else None

    @staticmethod
    def _is_current(contact: Contact, held: LeaseAcquired) -> bool:
        lease = contact.lease
        return lease is not None and (lease.owner, lease.turn) == (held.lease.owner, held.lease.turn)


ContactMachine.TestCase.settings = settings(max_examples=400, stateful_step_count=40, deadline=None)
TestContact = ContactMachine.TestCase


def _acquired(
    contact: Contact | None, request: str, message: str, now: float, **asked: str
) -> tuple[Contact, LeaseAcquired]:
    claim = Claim(request, message, f"owner-{message}-{now}", asked, now + 1.0)
    written, answer = contacts.acquire(contact, claim, Now(now, now))
    assert written is not None
    assert isinstance(answer, LeaseAcquired)
    return written, answer


def test_no_more_than_fifty_requests_are_under_way_and_the_document_stays_small() -> None:
    contact, now = None, 0.0
    for number in range(MAXIMUM_UNDER_WAY):
        wide = {"reason": "\U0001f600" * 256, "requestId": "ü" * 128, "contactFlowId": "f" * 500, "queueId": "q" * 500}
        contact, held = _acquired(contact, f"request:{number:032}:{'0' * 16}", f"m{number}", now, **wide)
        released, _ = contacts.release(
            contact, held.lease, Release(error=TransientError("Throttled", "x" * 100, now, now))
        )
        assert released is not None
        contact, now = released, now + 2
    claim = Claim("one-more", "m", "o", {}, now + 1)
    written, answer = contacts.acquire(contact, claim, Now(now, now))
    assert (written, answer) == (None, TooManyRequests(MAXIMUM_UNDER_WAY))
    assert contact is not None
    assert len(encode(contact).encode()) <= MAXIMUM_BYTES
    assert len(contact.requests) == MAXIMUM_UNDER_WAY


def test_a_failure_is_remembered_until_its_message_is_parked() -> None:
    contact, now = None, 0.0
    for number in range(MAXIMUM_UNDER_WAY):
        contact, held = _acquired(contact, f"r{number}", f"m{number}", now)
        failure = EndRecord(f"r{number}", f"m{number}", "X", "x", now, held.lease.turn)
        contact, _ = contacts.record_end(contact, held.lease, failure)
        now += 2
    assert contact is not None
    assert len(contact.ends) == MAXIMUM_UNDER_WAY
    for number in range(MAXIMUM_UNDER_WAY):
        _, answer = contacts.acquire(contact, Claim(f"r{number}", f"m{number}", "o", {}, now), Now(now, now))
        assert isinstance(answer, RecordedEnd)
        contact = contacts.mark_reported(contact, f"m{number}")[0] or contact
    contact, _ = _acquired(contact, "next", "next", now)
    assert len(contact.ends) == REMEMBERED_MESSAGES


def test_a_message_whose_deletion_was_lost_gets_the_same_end_after_twenty_others_have_failed() -> None:
    contact, now = None, 0.0
    for number in range(21):
        contact, held = _acquired(contact, f"r{number}", f"m{number}", now)
        failure = EndRecord(f"r{number}", f"m{number}", "X", "x", now, held.lease.turn)
        contact, _ = contacts.record_end(contact, held.lease, failure)
        contact = contacts.mark_reported(contact, f"m{number}")[0]
        now += 2
    _, answer = contacts.acquire(contact, Claim("r0", "m0", "o", {}, now), Now(now, now))
    assert isinstance(answer, RecordedEnd)


def test_what_an_older_version_writes_keeps_what_a_newer_one_has_added() -> None:
    contact, held = _acquired(None, "r", "m", 5.0, queueId="q")
    text = (
        encode(contact).replace('"owner":', '"colour":"red","owner":').replace('"firstAt"', '"lane":"urgent","firstAt"')
    )
    older = decode(Contact, text[:-1] + ',"follows":["x"]}')
    released, _ = contacts.release(older, held.lease, Release())
    assert released is not None
    again = encode(released)
    assert '"follows":["x"]' in again
    assert '"lane":"urgent"' in again
