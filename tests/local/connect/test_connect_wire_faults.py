"""Every fault as a boto3 caller meets it: error answers, resets, time-outs, garbage; and that the effect is or is not there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from local.connect.model.faults import EFFECTS, FaultKind

PAGES = (200, 400, 403, 404)
ERRORS = {
    "throttle": ("ThrottlingException", 429),
    "throttle-400": ("ThrottlingException", 400),
    "internal-error": ("InternalServiceException", 500),
    "unavailable": ("ServiceUnavailable", 503),
    "request-timeout": ("RequestTimeoutException", 408),
    "conflict": ("IdempotencyException", 409),
    "access-denied": ("AccessDeniedException", 403),
    "expired-token": ("ExpiredTokenException", 403),
    "active-task-quota": ("ServiceQuotaExceededException", 402),
    "lost-500": ("InternalServiceException", 500),
    "lost-503": ("ServiceUnavailable", 503),
    "lost-408": ("RequestTimeoutException", 408),
    "lost-409": ("IdempotencyException", 409),
}
BROKEN: dict[str, type[Exception]] = {
    "reset": ConnectionClosedError,
    "refused": ConnectionClosedError,
    "hang": ReadTimeoutError,
    "lost-reset": ConnectionClosedError,
    "lost-hang": ReadTimeoutError,
}
#: What somebody in between answers.
BETWEEN = {f"{lost}{kind}" for lost in ("", "lost-") for kind in ("empty", *(f"page-{status}" for status in PAGES))}


@pytest.fixture
def request_(service: Any, boto: Any) -> dict[str, str]:
    instance, flows = service.ids.instance_id, service.ids.flows
    task = boto.start_task_contact(InstanceId=instance, ContactFlowId=flows["Inbound"], Name="a task")["ContactId"]
    return {"InstanceId": instance, "ContactId": task, "ContactFlowId": flows["Move to queue"], "ClientToken": "t"}


def test_the_tables_here_name_every_fault() -> None:
    assert {str(kind) for kind in EFFECTS} == set(ERRORS) | set(BROKEN) | {"lost-garbage"} | BETWEEN


@pytest.mark.parametrize("kind", sorted(ERRORS))
def test_error_answers(service: Any, boto: Any, request_: dict[str, str], kind: str) -> None:
    service.control.add_fault(kind, operation="TransferContact", calls=1)
    with pytest.raises(ClientError) as caught:
        boto.transfer_contact(**request_)
    answer = caught.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == ERRORS[kind]
    assert len(service.control.transfers()) == int(kind.startswith("lost-"))
    assert boto.transfer_contact(**request_)["ContactId"] == service.control.transfers()[0]["new"]


@pytest.mark.parametrize("kind", sorted(BROKEN))
def test_broken_answers(service: Any, request_: dict[str, str], kind: str) -> None:
    # only what hangs needs a short time-out; with the others it would race against a busy machine
    impatient = service.client(read_timeout=0.3 if kind.endswith("hang") else 10)
    service.control.add_fault(kind, operation="TransferContact", calls=1)
    with pytest.raises(BROKEN[kind]):
        impatient.transfer_contact(**request_)
    assert len(service.control.transfers()) == int(kind.startswith("lost-"))
    assert service.control.calls()[-1]["delivered"] == kind.removeprefix("lost-")


def test_a_garbled_answer_looks_to_boto3_like_one_without_a_contact_id(
    service: Any, boto: Any, request_: dict[str, str]
) -> None:
    service.control.add_fault("lost-garbage", operation="TransferContact", calls=1)
    assert "ContactId" not in boto.transfer_contact(**request_)
    assert len(service.control.transfers()) == 1


@pytest.mark.parametrize("kind", sorted(BETWEEN))
def test_an_answer_from_in_between_has_no_request_id(
    service: Any, boto: Any, request_: dict[str, str], kind: str
) -> None:
    service.control.add_fault(kind, operation="TransferContact", calls=1)
    try:
        answer = boto.transfer_contact(**request_)
    except ClientError as error:
        answer = error.response
    status = int(kind.rpartition("-")[2]) if "page" in kind else 200
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == status
    assert "x-amzn-requestid" not in answer["ResponseMetadata"]["HTTPHeaders"]
    assert answer.get("Error", {}).get("Code", "") in ("", str(status))
    assert "ContactId" not in answer
    assert len(service.control.transfers()) == int(kind.startswith("lost-"))


def test_an_answer_of_connect_says_what_time_it_is_there(service: Any, boto: Any, request_: dict[str, str]) -> None:
    service.control.set_switches(clock_ahead=-3600)
    asked = {name: request_[name] for name in ("InstanceId", "ContactId")}
    answer = boto.describe_contact(**asked)
    shown = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    begun = answer["Contact"]["InitiationTimestamp"]
    assert timedelta(0) <= shown - begun + timedelta(seconds=1) < timedelta(minutes=30)
    assert timedelta(minutes=30) < datetime.now(UTC) - shown < timedelta(minutes=90)


def test_a_slow_answer_is_applied_at_once(service: Any, request_: dict[str, str]) -> None:
    service.control.add_fault("slow", operation="TransferContact", delay=20)
    with pytest.raises(ReadTimeoutError):
        service.client(read_timeout=0.3).transfer_contact(**request_)
    assert len(service.control.transfers()) == 1


def test_a_late_call_takes_effect_after_the_caller_has_given_up(service: Any, request_: dict[str, str]) -> None:
    service.control.add_fault("late", operation="TransferContact", delay=2)
    with pytest.raises(ReadTimeoutError):
        service.client(read_timeout=0.2).transfer_contact(**request_)
    assert service.control.transfers() == []
    events = service.simulator.events
    before = len(events)
    assert service.control.events(after=before, wait=10)
    assert len(service.control.transfers()) == 1


def test_the_sdks_own_retries_keep_the_token(service: Any, request_: dict[str, str]) -> None:
    service.control.add_fault("lost-500", operation="TransferContact", calls=1)
    persistent = service.client(retries={"mode": "standard", "total_max_attempts": 3})
    answer = persistent.transfer_contact(**{k: v for k, v in request_.items() if k != "ClientToken"})
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1
    assert len(service.control.transfers()) == 1


def test_an_outage_spares_nothing_and_ends(service: Any, boto: Any, request_: dict[str, str]) -> None:
    number = service.control.add_fault(FaultKind.UNAVAILABLE)
    with pytest.raises(ClientError, match="ServiceUnavailable"):
        boto.describe_instance(InstanceId=request_["InstanceId"])
    assert service.control.remove_fault(number)
    assert boto.describe_instance(InstanceId=request_["InstanceId"])
