"""The demonstration takes a deployment as it is: it adds to lists and routes, and sets off the deployment's own routes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contact_transfer_cdk.settings.deployment import parse
from local.aws import Aws
from local.demo.sample import matching
from local.demo.settings import for_story
from tests.local.deployments import FIRST, SECOND, TWO_INSTANCES

NAMES = ("Inbound", "Move to queue", "Move to agent", "Draft", "Retired", "Queue music")
ONE = {
    "flows": {name: f"f-{number}" for number, name in enumerate(NAMES)},
    "queues": {name: f"q-{name}" for name in ("Support", "Billing", "Overflow", "Supervisors")},
    "users": {"ana": "u-ana", "ben": "u-ben"},
}
SEED: dict[str, Any] = {**ONE, "instances": {FIRST: ONE, SECOND: ONE}}


def test_lists_and_routes_of_the_deployments_own_stay_and_the_result_is_a_valid_deployment() -> None:
    changed = for_story(TWO_INSTANCES)(SEED)
    for key in ("allowedContactFlowIds", "allowedQueueIds", "allowedUserIds", "routes"):
        assert [one for one in TWO_INSTANCES[key] if one not in changed[key]] == [], key
    settings = parse("two", {**TWO_INSTANCES, **changed})
    assert [route.name for route in settings.routes] == ["waiting", "demo-step-expired", "demo-overflow"]


def test_what_is_open_to_all_agents_and_channels_stays_open() -> None:
    changed = for_story({"instanceArns": [FIRST]})(SEED)
    assert "allowedUserIds" not in changed
    assert "allowedChannels" not in changed
    assert for_story({"allowedChannels": ["EMAIL"]})(SEED)["allowedChannels"] == ["EMAIL", "TASK"]


@pytest.mark.xdist_group("emulator")
@pytest.mark.parametrize(
    "pattern",
    [
        {"eventType": ["QUEUED", "COMPLETED"], "channel": ["TASK"]},
        {"queueInfo": {"queueArn": [{"suffix": "/overflow"}]}, "disconnectReason": [{"exists": False}]},
        {
            "queueInfo": {"queueArn": [{"prefix": "arn:aws:connect"}, "x"]},
            "agentInfo": {"agentArn": [{"exists": True}]},
        },
        {"initiationMethod": [{"anything-but": ["TRANSFER", "API"]}], "channel": [{"equals-ignore-case": "task"}]},
        {"tags": {"level": [{"numeric": [">", 2, "<=", 5]}], "at": [{"numeric": ["=", 3]}]}},
        {"tags": {"address": [{"cidr": "10.0.0.0/24"}], "name": [{"wildcard": "*-vip-*"}]}},
        {"$or": [{"channel": ["EMAIL"]}, {"eventType": ["QUEUED"]}], "tags": {"team": ["a"]}},
    ],
)
def test_an_event_made_from_a_pattern_is_matched_by_it(aws: Aws, pattern: dict[str, Any]) -> None:
    envelope = {
        "id": "1",
        "account": "1",
        "source": "s",
        "time": "2026-01-01T00:00:00Z",
        "region": "r",
        "resources": [],
    }
    event = {**envelope, "detail-type": "t", "detail": matching(pattern)}
    answer = aws.client("events").test_event_pattern(
        EventPattern=json.dumps({"detail": pattern}), Event=json.dumps(event)
    )
    assert answer["Result"]
