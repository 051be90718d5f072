"""Requests, read or refused under the settings of a worker."""

from __future__ import annotations

from typing import Any

import pytest

from contact_transfer.config.worker_settings import Settings
from contact_transfer.request.model import TransferRequest
from contact_transfer.request.parser import Refused, read_request
from contact_transfer.transfer.outcome import FailureCode

ARN = "arn:aws:connect:eu-west-2:111122223333:instance/inst"
BASE = {"contactId": "c", "contactFlowId": "f", "queueId": "q"}


def settings(**changes: Any) -> Settings:
    given: dict[str, Any] = {"instance_arns": (ARN,), "routes": {"night": 1}} | changes
    return Settings(
        transfer_queue_url="t",
        urgent_queue_url="u",
        dead_letter_queue_url="d",
        event_bus_name="b",
        ledger_table_name="l",
        schedule_group_name="g",
        schedule_role_arn="arn:aws:iam::111122223333:role/schedules",
        **given,
    )


def read(given: dict[str, Any], **changes: Any) -> TransferRequest:
    return read_request(given, settings(**changes))


def refusal(given: dict[str, Any], **changes: Any) -> tuple[FailureCode, str]:
    with pytest.raises(Refused) as refused:
        read(given, **changes)
    return refused.value.failed.code, refused.value.failed.message
