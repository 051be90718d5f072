"""The store: whatever was given up and arrives late changes nothing, once anything has been decided since (the fence rule)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.exceptions import ReadTimeoutError

from contact_transfer.ledger.request_ids import IdBound, IdTaken, RequestId, TurnPassed, bind, free
from contact_transfer.ledger.route_quotas import Permit, RouteQuota, return_permit, take_permit
from contact_transfer.ledger.store import Handle, LedgerUnavailable
from tests.properties.losing import NOW, Client, store


def _id(fingerprint: str, turn: int) -> RequestId:
    return RequestId(fingerprint, "i", f"contact-{fingerprint}", turn, is_bound=True)


def _give_up(client: Client, write: Callable[[], object]) -> None:
    client.late = True
    with pytest.raises(LedgerUnavailable):
        write()
    assert len(client.under_way) == 1


@pytest.mark.parametrize("before", ["absent", "free", "bound"])
def test_a_claim_that_was_given_up_binds_no_name_after_its_request_has_failed(before: str) -> None:
    client = Client()
    handle = Handle(store(client), RequestId, "request#r")
    if before != "absent":
        handle.apply(bind, _id("a", 1), NOW)
    if before == "free":
        handle.apply(free, _id("a", 2))
    _give_up(client, lambda: handle.apply(bind, _id("a", 3), NOW))
    handle.apply(free, _id("a", 4))
    client.arrive()
    known = handle.read()
    assert known is not None
    assert not known.is_bound


def test_a_claim_that_was_given_up_takes_no_name_that_is_another_requests_by_now() -> None:
    client = Client()
    ledger = store(client)
    _give_up(client, lambda: Handle(ledger, RequestId, "request#r").apply(bind, _id("a", 1), NOW))
    other = Handle(ledger, RequestId, "request#r")
    assert isinstance(other.apply(bind, _id("b", 2), NOW), IdBound)
    client.arrive()
    assert isinstance(other.apply(bind, _id("a", 3), NOW), IdTaken)


def test_a_second_claim_that_finds_its_own_writes_all_the_same() -> None:
    """Else a free that the first worker gave up, and that arrives now, would take the name away from the second."""
    client = Client()
    ledger = store(client)
    first = Handle(ledger, RequestId, "request#r")
    first.apply(bind, _id("a", 1), NOW)
    _give_up(client, lambda: first.apply(free, _id("a", 1)))
    second = Handle(ledger, RequestId, "request#r")
    assert isinstance(second.apply(bind, _id("a", 2), NOW), IdBound)
    client.arrive()
    known = second.read()
    assert known is not None
    assert known.is_bound


def test_a_worker_whose_lease_is_over_neither_binds_nor_frees() -> None:
    handle = Handle(store(Client()), RequestId, "request#r")
    handle.apply(bind, _id("a", 5), NOW)
    handle.apply(free, _id("a", 4))
    known = handle.read()
    assert known is not None
    assert known.is_bound
    assert isinstance(handle.apply(bind, _id("a", 4), NOW), TurnPassed)


def test_a_permit_whose_write_was_given_up_is_not_taken_after_it_was_given_back() -> None:
    client = Client()
    handle = Handle(store(client), RouteQuota, "route#r")
    _give_up(client, lambda: handle.apply(take_permit, "a", 1, 1))
    handle.apply(return_permit, "a", 2)
    client.arrive()
    assert handle.apply(take_permit, "b", 3, 1) is Permit.TAKEN


def test_a_permit_that_is_taken_again_is_not_given_back_by_a_late_write() -> None:
    client = Client()
    handle = Handle(store(client), RouteQuota, "route#r")
    handle.apply(take_permit, "a", 1, 1)
    _give_up(client, lambda: handle.apply(return_permit, "a", 1))
    assert handle.apply(take_permit, "a", 2, 1) is Permit.TAKEN
    client.arrive()
    assert handle.apply(take_permit, "b", 3, 1) is Permit.NONE_LEFT


def test_a_write_that_the_sdk_repeats_recognises_itself() -> None:
    client = Client()
    handle = Handle(store(client), RouteQuota, "route#r", is_new=True)
    client.lose = True
    assert handle.apply(take_permit, "a", 1, 1) is Permit.TAKEN
    assert not client.lose


def test_an_answer_without_a_write_rests_on_what_is_there_now() -> None:
    ledger = store(Client())
    mine, other = (Handle(ledger, RouteQuota, "route#r") for _ in range(2))
    mine.apply(take_permit, "a", 1, 1)
    other.apply(return_permit, "a", 2)
    assert mine.apply(take_permit, "b", 3, 1) is Permit.TAKEN


class _Silent(Client):
    """Somebody in between answers, with nothing."""

    def put_item(self, **_asked: object) -> object:
        return {}

    def get_item(self, **_asked: object) -> object:
        return {}


def test_an_empty_answer_is_no_answer() -> None:
    with pytest.raises(LedgerUnavailable):
        Handle(store(_Silent()), RouteQuota, "k").read()
    with pytest.raises(LedgerUnavailable):
        Handle(store(_Silent()), RouteQuota, "k", is_new=True).apply(take_permit, "a", 1, 1)


class _Expired(Client):
    def get_item(self, **_asked: object) -> object:
        raise ReadTimeoutError(endpoint_url="dynamodb")


def test_a_read_without_answer_is_unavailable() -> None:
    with pytest.raises(LedgerUnavailable, match="ReadTimeoutError"):
        Handle(store(_Expired()), RouteQuota, "k").read()
