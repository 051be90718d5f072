"""Values of a deployment that do not fit together are refused, with what to change."""

from __future__ import annotations

import pytest

from contact_transfer.config.worker_settings import DEFAULT_QUOTAS
from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.checks import ENVIRONMENT_BYTES
from contact_transfer_cdk.settings.sizing import Sizing
from tests.infra.deployments import refusal, settings
from tests.made_by_the_stack import made


def test_workers_follow_the_pace_and_may_outnumber_the_burst() -> None:
    wide = {name: {"rate": 99, "burst": 99} for name in DEFAULT_QUOTAS}
    assert settings(transfersPerSecond=20, quotas=wide).maximum_concurrency == 10
    assert settings(maximumConcurrency=6).burst == 5


def test_visibility_under_six_times_the_time_out_is_refused() -> None:
    assert "make it at least 360 s" in refusal(Sizing(visibility_timeout_seconds=359))


def test_a_lease_that_does_not_outlast_the_time_out_is_refused() -> None:
    assert "two workers could hold one contact" in refusal(Sizing(lease_margin_seconds=0))


def test_a_batch_that_the_pace_cannot_serve_in_the_time_out_is_refused() -> None:
    assert settings(transfersPerSecond=0.042).transfers_per_second == 0.042
    assert "takes a worker 53 s" in refusal(transfersPerSecond=0.04)


def test_a_pace_that_leaves_no_time_for_the_looks_of_a_refused_call_is_refused() -> None:
    assert settings(transfersPerSecond=0.1, maximumConcurrency=4).maximum_concurrency == 4
    assert "takes a worker 57.5 s" in refusal(transfersPerSecond=0.1, maximumConcurrency=5)
    narrow = {"ListAssociatedContacts": {"rate": 0.1, "burst": 5}}
    assert "of ListAssociatedContacts 0.1" in refusal(transfersPerSecond=0.1, quotas=narrow)


def test_a_describe_contact_quota_under_the_pace_is_refused() -> None:
    wide = {"ListAssociatedContacts": {"rate": 99, "burst": 99}}
    assert settings(transfersPerSecond=10, quotas=wide).transfers_per_second == 10
    assert refusal(transfersPerSecond=10.5, burst=9, quotas=wide).startswith("The quota of DescribeContact,")


def test_a_list_associated_contacts_quota_under_the_pace_is_refused() -> None:
    narrow = {"ListAssociatedContacts": {"rate": 1.9, "burst": 5}}
    assert refusal(quotas=narrow).startswith("The quota of ListAssociatedContacts,")


def test_a_describe_contact_flow_quota_needs_only_one_look_per_flow_and_worker_in_five_minutes() -> None:
    narrow = {"DescribeContactFlow": {"rate": 0.1, "burst": 1}}
    assert settings(quotas=narrow, allowedContactFlowIds=[f"f{n}" for n in range(15)]).quotas["DescribeContactFlow"]
    says = refusal(quotas=narrow, allowedContactFlowIds=[f"f{n}" for n in range(16)])
    assert says.startswith("The quota of DescribeContactFlow,")


@pytest.mark.parametrize("days", [7, 6])
def test_a_dead_letter_retention_not_longer_than_the_sources_is_refused(days: int) -> None:
    assert "must be longer" in refusal(Sizing(dead_letter_retention_days=days))


def test_a_source_retention_under_twice_the_retry_time_is_refused() -> None:
    wide = Sizing(maximum_receive_count=10_000)
    assert settings(wide, retryForHours=84).retry_for_hours == 84
    assert "lower 'retryForHours' to 84 or less" in refusal(wide, retryForHours=84.1)


def test_expected_receives_over_half_of_the_maximum_are_refused() -> None:
    assert settings(retryForHours=62.5).retry_for_hours == 62.5
    assert "lower it to 62.5 or less" in refusal(retryForHours=63)


def test_what_is_in_doubt_at_the_end_of_the_retries_can_still_be_settled() -> None:
    assert settings(retryForHours=62.5, settleMinutes=1440).settle_minutes == 1440
    short = Sizing(transfer_retention_days=1)
    assert settings(short, retryForHours=12, settleMinutes=720).settle_minutes == 720
    assert "the transfer queue keeps messages for 24" in refusal(short, retryForHours=12, settleMinutes=721)
    few = Sizing(maximum_receive_count=400)
    assert settings(few, settleMinutes=810).settle_minutes == 810
    assert "over three quarters of the transfer queue's maxReceiveCount" in refusal(few, settleMinutes=811)


def test_a_ledger_that_forgets_before_the_last_redrive_is_refused() -> None:
    assert settings(ledgerDays=111).ledger_days == 111
    assert "make it at least 111" in refusal(ledgerDays=110)


def test_lists_that_do_not_fit_into_lambdas_environment_are_refused() -> None:
    """The estimate is never under what the worker really gets."""
    ids = [f"{n:08d}-0000-4000-8000-000000000000" for n in range(200)]
    assert "of the worker's environment" in refusal(allowedQueueIds=ids)
    fits = next(n for n in range(200, 0, -1) if _accepted(ids[:n]))
    longest = dict.fromkeys(made(), "u" * 100) | {"ledger_table_name": "t" * 60}
    named = dict.fromkeys(("event_bus_name", "schedule_group_name"), "ContactTransfer-test")
    real = settings(allowedQueueIds=ids[:fits]).for_worker(**longest | named)
    assert sum(len(k) + len(v) for k, v in real.to_environment().items()) < ENVIRONMENT_BYTES
    assert fits > 50


def _accepted(ids: list[str]) -> bool:
    try:
        settings(allowedQueueIds=ids)
    except DeploymentError:
        return False
    return True
