"""A route's permits, as pure functions: a holder's turns fence its own late writes, and nobody else's."""

from __future__ import annotations

from contact_transfer.ledger.documents import encode
from contact_transfer.ledger.route_quotas import Permit, RouteQuota, return_permit, take_permit


def _returned(*holders: tuple[str, int]) -> RouteQuota:
    quota = None
    for holder, turn in holders:
        quota, _ = return_permit(quota, holder, turn)
    assert quota is not None
    return quota


def test_what_another_holder_gave_back_later_keeps_nobody_from_a_permit() -> None:
    quota, permit = take_permit(_returned(("a", 20)), "b", 10, 1)
    assert permit is Permit.TAKEN
    assert quota is not None
    assert quota.holders == {"b": 10}


def test_a_holder_that_gave_its_permit_back_does_not_take_it_in_an_earlier_turn() -> None:
    quota = _returned(("a", 20), ("b", 5))
    assert take_permit(quota, "a", 19, 1) == (None, Permit.TURN_PASSED)
    assert take_permit(quota, "a", 21, 1)[1] is Permit.TAKEN


def test_a_full_route_has_none_left_whatever_the_turn() -> None:
    full, _ = take_permit(_returned(("b", 20)), "a", 21, 1)
    assert take_permit(full, "b", 10, 1) == (None, Permit.NONE_LEFT)


def test_the_document_stays_small_and_what_it_forgets_still_fences() -> None:
    quota = _returned(*((f"request:{number:032x}:{number:016x}", number) for number in range(1, 1001)))
    assert len(encode(quota)) < 3000
    first = f"request:{1:032x}:{1:016x}"
    assert first not in quota.returned
    assert take_permit(quota, first, 1, 1)[1] is Permit.TURN_PASSED
    assert take_permit(quota, first, 1001, 1)[1] is Permit.TAKEN


def test_a_permit_is_not_given_back_in_an_earlier_turn_than_it_was_taken() -> None:
    taken, _ = take_permit(None, "a", 20, 1)
    assert return_permit(taken, "a", 19) == (None, None)
    kept, _ = return_permit(RouteQuota(extra={"newer": 1}), "a", 1)
    assert kept is not None
    assert kept.extra == {"newer": 1}
