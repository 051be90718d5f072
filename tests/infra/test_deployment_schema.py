"""docs/schemas/deployment.json: an editor that believes it accepts what the commands accept, and refuses nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contact_transfer.config.settings_table import of_file
from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.deployment import DEPLOYMENTS, parse

from .conftest import INSTANCE

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "docs" / "schemas" / "deployment.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
ROUTE = {
    "name": "night",
    "when": {"detail-type": ["Amazon Connect Contact Event"], "detail": {"eventType": ["QUEUED"]}},
    "transfer": {"contactFlowId": "f", "queueId": "q"},
}
KEY = "arn:aws:kms:us-east-1:000000000000:key/k"
GOOD: dict[str, list[Any]] = {
    "instanceArns": [[INSTANCE]],
    "transfersPerSecond": [1, 0.5],
    "burst": [1, 10_000],
    "quotas": [{}, {"DescribeContact": {"rate": 20, "burst": 30}}],
    "quotaShare": [1, 0.5],
    "maximumConcurrency": [2, 10],
    "allowedChannels": [["TASK"], ["EMAIL", "TASK"]],
    "allowedContactFlowIds": [[], ["f", f"{INSTANCE}/contact-flow/g"]],
    "allowedQueueIds": [["q"]],
    "allowedUserIds": [["u"]],
    "retryForHours": [1, 24],
    "settleMinutes": [0.01, 15],
    "whenInDoubt": ["repeat", "wait"],
    "ledgerDays": [111, 3650],
    "producerPrincipals": [["123456789012"], ["arn:aws:iam::123456789012:role/a/b"]],
    "alarmEmail": [None, "a@example.com"],
    "alarmTopics": [{}, {"page": "arn:aws:sns:us-east-1:000000000000:topic"}],
    "alarms": [{}, {"throttled": {"threshold": 5}}, {"throttled": {"enabled": False}}],
    "runbookUrl": [None, "https://example.com/runbook"],
    "probeFile": [None, "probe-5f0c7e5e.json", "probes/live.json"],
    "logLevel": ["DEBUG", "ERROR"],
    "logRetentionDays": [1, 3653],
    "tags": [{}, {"CostCentre": "4711"}],
    "permissionsBoundary": [None, "arn:aws:iam::000000000000:policy/p"],
    "queueKeyArn": [None, KEY],
    "dataKeyArn": [None, KEY],
    "confirmWithinMinutes": [0, 660],
    "routes": [[], [ROUTE], [ROUTE | {"maxTransfersPerContact": 11, "afterMinutes": 10_080, "onlyIfWaiting": True}]],
}
BAD: dict[str, list[Any]] = {
    "instanceArns": [[], "x", ["x"]],
    "transfersPerSecond": [0, "1", 1001],
    "burst": [0, None],
    "quotas": [[], {"StopContact": {"rate": 1, "burst": 1}}, {"DescribeContact": {"rate": 1}}],
    "quotaShare": [0, 2],
    "maximumConcurrency": [1, 2.5],
    "allowedChannels": [[], ["VOICE"]],
    "allowedContactFlowIds": ["f", [""], [1]],
    "allowedQueueIds": [None],
    "allowedUserIds": [[None]],
    "retryForHours": [0, 337],
    "settleMinutes": [0, 1441],
    "whenInDoubt": ["guess", None],
    "ledgerDays": [0, 3651],
    "producerPrincipals": [["*"], "123456789012"],
    "alarmEmail": ["nobody", 1],
    "alarmTopics": [{"pager": "x"}, {"page": "x"}, None],
    "alarms": [{"unheard-of": {}}, {"throttled": {"treshold": 1}}, {"throttled": {"threshold": -1}}],
    "runbookUrl": ["docs/runbook.md", "http://example.com"],
    "probeFile": ["/etc/probe.json", "probe.md", ""],
    "logLevel": ["info"],
    "logRetentionDays": [31],
    "tags": [{"a": 1}, []],
    "permissionsBoundary": ["p"],
    "queueKeyArn": ["alias/mine"],
    "dataKeyArn": ["alias/mine"],
    "confirmWithinMinutes": [-1, 661],
    "routes": [
        {},
        [{"name": "x"}],
        [ROUTE | {"whenever": 1}],
        [ROUTE | {"maxTransfersPerContact": 0}],
        [ROUTE | {"afterMinutes": 10_081}],
    ],
}


def _cases(values: dict[str, list[Any]]) -> list[Any]:
    return [
        pytest.param(key, value, id=f"{key}-{number}") for key in values for number, value in enumerate(values[key])
    ]


def _accepts(content: dict[str, Any]) -> bool:
    try:
        parse("schema", content)
    except DeploymentError:
        return False
    return True


def test_the_schema_is_one_and_every_setting_is_tried() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert set(GOOD) == set(BAD) == {row.name for row in of_file()}


@pytest.mark.parametrize(("key", "value"), _cases(GOOD))
def test_what_the_commands_accept_the_schema_accepts(key: str, value: Any) -> None:
    content = {"$schema": "../docs/schemas/deployment.json", "instanceArns": [INSTANCE], key: value}
    assert _accepts(content)
    assert VALIDATOR.is_valid(content)


@pytest.mark.parametrize(("key", "value"), _cases(BAD))
def test_what_the_schema_refuses_the_commands_refuse(key: str, value: Any) -> None:
    content = {"instanceArns": [INSTANCE], key: value}
    assert not VALIDATOR.is_valid(content)
    assert not _accepts(content)


def test_an_unknown_key_is_refused_by_both() -> None:
    content = {"instanceArns": [INSTANCE], "transferPerSecond": 3}
    assert not VALIDATOR.is_valid(content)
    assert not _accepts(content)


def test_the_repositorys_own_deployment_names_the_schema_and_keeps_to_it() -> None:
    content = json.loads((DEPLOYMENTS / "local.json").read_text("utf-8"))
    assert (DEPLOYMENTS / content["$schema"]).resolve() == Path(__file__).resolve().parents[
        2
    ] / "docs/schemas/deployment.json"
    assert VALIDATOR.is_valid(content)
