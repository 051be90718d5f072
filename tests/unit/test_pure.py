"""Constraints, back-off and pacing: pure functions, one sentence each."""

from __future__ import annotations

from random import Random

import pytest

from contact_transfer.config.worker_settings import Quota
from contact_transfer.connect.rate_limiter import RECOVERY_SECONDS, SLOWEST, Bucket
from contact_transfer.transfer import rules
from contact_transfer.transfer.clock import Randomness
from contact_transfer.transfer.outcome import Failed, FailureCode, SkipReason
from tests.share import Share


def code(failed: Failed | None) -> FailureCode | None:
    return failed.code if failed else None


@pytest.mark.parametrize(
    ("channel", "fits"), [("TASK", True), ("Task", True), ("EMAIL", True), ("VOICE", False), ("CHAT", False)]
)
def test_only_tasks_and_emails(channel: str, fits: bool) -> None:  # noqa: FBT001 - a parameter of the table above
    failed = rules.check_channel("c", channel, {"TASK", "EMAIL"})
    assert code(failed) == (None if fits else FailureCode.UNSUPPORTED_CHANNEL)


def test_not_both_queue_and_user() -> None:
    assert rules.check_destination("q", None) is None
    assert rules.check_destination(None, "u") is None
    assert rules.check_destination(None, None) is None
    assert code(rules.check_destination("q", "u")) == FailureCode.BOTH_DESTINATIONS


@pytest.mark.parametrize("kind", ["CONTACT_FLOW", "AGENT_TRANSFER", "QUEUE_TRANSFER"])
def test_three_flow_types_fit(kind: str) -> None:
    assert rules.check_flow_type("f", kind) is None


@pytest.mark.parametrize("kind", ["CUSTOMER_QUEUE", "CUSTOMER_HOLD", "AGENT_HOLD", "OUTBOUND_WHISPER", "CAMPAIGN", ""])
def test_other_flow_types_do_not(kind: str) -> None:
    assert code(rules.check_flow_type("f", kind)) == FailureCode.UNSUPPORTED_FLOW_TYPE


@pytest.mark.parametrize(
    ("archived", "published", "fits"), [(False, True, True), (True, True, False), (False, False, False)]
)
def test_published_and_not_archived(archived: bool, published: bool, fits: bool) -> None:  # noqa: FBT001 - as above
    failed = rules.check_flow("f", archived=archived, published=published)
    assert code(failed) == (None if fits else FailureCode.FLOW_NOT_USABLE)


def test_active_only() -> None:
    assert code(rules.ended_contact("c")) == FailureCode.CONTACT_NOT_ACTIVE
    assert code(rules.unknown_contact("c", "i")) == FailureCode.CONTACT_NOT_FOUND


@pytest.mark.parametrize(
    ("queue", "wanted", "connected", "reason"),
    [
        ("q", None, False, None),
        ("q", "q", False, None),
        ("q", "other", False, SkipReason.NOT_IN_QUEUE),
        (None, None, False, SkipReason.NOT_IN_QUEUE),
        (None, "q", False, SkipReason.NOT_IN_QUEUE),
        ("q", "q", True, SkipReason.CONNECTED_TO_AGENT),
    ],
)
def test_a_contact_waits_in_a_queue_without_an_agent(
    queue: str | None, wanted: str | None, reason: SkipReason | None, *, connected: bool
) -> None:
    skipped = rules.unmet_condition("c", queue, wanted, connected=connected)
    assert (skipped.reason if skipped else None) == reason


@pytest.mark.parametrize(("transfers", "fits"), [(0, True), (10, True), (11, False), (12, False)])
def test_at_most_eleven_transfers(transfers: int, fits: bool) -> None:  # noqa: FBT001 - as above
    assert code(rules.check_transfers("c", transfers)) == (None if fits else FailureCode.TRANSFER_LIMIT_REACHED)


def test_back_off_doubles_up_to_a_quarter_of_an_hour_with_full_jitter() -> None:
    ceilings = [Randomness(lambda: 1.0, str).backoff(failures) for failures in range(1, 20)]
    assert ceilings[:4] == [4, 8, 16, 32]
    assert max(ceilings) == ceilings[-1] == 900
    assert Randomness(lambda: 0.0, str).backoff(50) == 0
    random = Random(1)  # noqa: S311 - jitter, not a secret
    drawn = [Randomness(random.random, str).backoff(15) for _ in range(2000)]
    assert 430 < sum(drawn) / len(drawn) < 470


def test_a_bucket_starts_empty_fills_at_its_share_and_holds_its_share_of_the_burst() -> None:
    bucket = Bucket(Quota(2, 5), workers=2, now=0.0)
    assert bucket.wait(0.0) == pytest.approx(1, abs=1e-5)
    assert bucket.wait(1.0) == 0
    for _ in range(2):
        assert bucket.wait(1000.0) == 0
        bucket.take(1000.0)
    assert bucket.wait(1000.0) == pytest.approx(1 - 2.35 % 1, abs=1e-5), "2.5 less what calls gain on their way"


def test_a_share_below_one_call_still_holds_one() -> None:
    assert Bucket(Quota(0.5, 1), workers=4, now=0.0).capacity == 1


def test_throttled_it_halves_and_climbs_back_in_a_straight_line() -> None:
    bucket = Bucket(Quota(1, 1), workers=1, now=0.0)
    bucket.throttled(10.0)
    assert bucket.wait(10.0) == pytest.approx(2, rel=0.05)
    for _ in range(10):
        bucket.throttled(10.0)
    assert bucket.wait(10.0) == pytest.approx(1 / SLOWEST, rel=0.5)
    later = 10.0 + RECOVERY_SECONDS
    bucket.take(later)
    assert bucket.wait(later) == pytest.approx(1, abs=0.01)


def test_over_any_time_no_more_than_the_quota_is_taken() -> None:
    random, taken, now = Random(3), 0, 0.0  # noqa: S311 - arrival times, not a secret
    bucket = Bucket(Quota(2, 5), workers=2, now=0.0)
    for _ in range(5000):
        now += random.random() * 2
        if bucket.wait(now) == 0:
            bucket.take(now)
            taken += 1
        assert taken <= now * 1.0 + 2.5 + 1e-3


@pytest.mark.parametrize(("waited", "first"), [(0.0, 0.0), (1.0, 0.0), (2.5, 1.0), (60.0, 1.0), (None, 1.0)])
def test_only_a_message_that_hardly_waited_gives_a_fresh_environment_tokens(waited: float | None, first: float) -> None:
    pacing = Share({"T": Quota(2, 5)}, workers=2, now=0.0)
    pacing.start_batch(waited, 0.0)
    assert pacing.wait("T", 0.0) == pytest.approx(first, abs=1e-5)
    used = Share({"T": Quota(2, 5)}, workers=2, now=0.0)
    used.start_batch(60.0, 0.0)
    used.start_batch(0.0, 0.0)
    assert used.wait("T", 0.0) == pytest.approx(1, abs=1e-5), "only the first batch of an environment is asked"


def test_what_a_share_earns_while_an_environment_is_made_is_its_own() -> None:
    held = Share({"T": Quota(2, 5)}, workers=2, now=7.0)
    held.start_batch(60.0, 7.0, held=0.4)
    assert held.wait("T", 7.0) == pytest.approx(0.6, abs=1e-5)
    long = Share({"T": Quota(2, 5)}, workers=2, now=0.0)
    long.start_batch(None, 0.0, held=3600.0)
    assert long.reserve("T", 0.0) == 0
    assert long.reserve("T", 0.0) == 0
    assert long.reserve("T", 0.0) > 0, "no more than a bucket holds"


def test_an_environment_that_was_made_ahead_of_its_first_batch_has_earned_nothing() -> None:
    pacing = Share({"T": Quota(2, 5)}, workers=2, now=0.0)
    pacing.start_batch(60.0, 3600.0)
    assert pacing.wait("T", 3600.0) == pytest.approx(1, abs=1e-5)


def test_deferred_messages_are_promised_one_token_each() -> None:
    pacing = Share({"T": Quota(2, 5)}, workers=2, now=0.0)
    pacing.start_batch(None, 0.0)
    assert [round(pacing.reserve("T", 0.0)) for _ in range(3)] == [1, 2, 3]
    pacing.start_batch(None, 0.0)
    assert round(pacing.reserve("T", 0.0)) == 1


def test_an_empty_list_of_the_deployment_allows_all_and_a_list_what_it_names() -> None:
    assert rules.check_flow_allowed("f", ()) is None
    assert rules.check_flow_allowed("f", {"f"}) is None
    assert code(rules.check_flow_allowed("f", {"g"})) == FailureCode.FLOW_NOT_ALLOWED


@pytest.mark.parametrize(
    ("queue", "user", "allowed"),
    [("q", None, True), ("other", None, False), (None, "u", True), (None, "other", False), (None, None, True)],
)
def test_each_kind_of_destination_has_a_list_of_its_own(queue: str | None, user: str | None, *, allowed: bool) -> None:
    failed = rules.check_destination_allowed(queue, user, {"q"}, {"u"})
    assert code(failed) == (None if allowed else FailureCode.DESTINATION_NOT_ALLOWED)
    assert rules.check_destination_allowed(queue, user, (), ()) is None
