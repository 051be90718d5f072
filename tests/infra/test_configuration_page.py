"""docs/configuration.md names every setting with its default, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from contact_transfer.config.worker_settings import DEFAULT_QUOTAS
from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.deployment import parse
from contact_transfer_cdk.settings.page import settings_rows

from .conftest import INSTANCE

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs" / "configuration.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| `(\w+)` \| (?:`([^`]*)`|required) \|", settings_rows(), re.MULTILINE))


def test_the_page_lists_the_settings_that_are_known() -> None:
    with pytest.raises(DeploymentError) as caught:
        parse("page", {"instanceArns": [INSTANCE], "unheardOf": 1})
    known = str(caught.value).partition("known are ")[2].rstrip(".").split(", ")
    assert sorted(ROWS) == known


def test_the_pages_defaults_are_the_codes() -> None:
    stated = {key: json.loads(value) for key, value in ROWS.items() if value}
    given: dict[str, Any] = {"instanceArns": [INSTANCE], **stated}
    assert parse("page", given) == parse("page", {"instanceArns": [INSTANCE]})


@pytest.mark.parametrize("key", [key for key, value in ROWS.items() if value and key not in {"quotas", "routes"}])
def test_a_default_that_were_another_would_show(key: str) -> None:
    """The comparison above is able to fail: another value makes other settings."""
    others: dict[str, Any] = {
        "transfersPerSecond": 1.5, "burst": 6, "maximumConcurrency": 3, "allowedChannels": ["TASK"], "retryForHours": 12,
        "settleMinutes": 1, "confirmWithinMinutes": 5, "ledgerDays": 200, "alarmEmail": "a@b", "producerPrincipals": ["123456789012"],
        "quotaShare": 0.5, "whenInDoubt": "wait", "alarmTopics": {"page": "arn:aws:sns:us-east-1:000000000000:t"}, "tags": {"a": "b"},
        "alarms": {"throttled": {"enabled": False}}, "runbookUrl": "https://example.com/runbook", "logLevel": "DEBUG",
        "logRetentionDays": 30, "probeFile": "probe-x.json",
        "permissionsBoundary": "arn:aws:iam::000000000000:policy/bound", "queueKeyArn": "arn:aws:kms:us-east-1:000000000000:key/q",
        "dataKeyArn": "arn:aws:kms:us-east-1:000000000000:key/d",
    }  # fmt: skip
    content = {"instanceArns": [INSTANCE], key: others.get(key, ["some-id"])}
    assert parse("page", content) != parse("page", {"instanceArns": [INSTANCE]})


def test_the_pages_example_is_accepted() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert parse("page", json.loads(example)).quotas == DEFAULT_QUOTAS
