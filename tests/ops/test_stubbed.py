"""What no emulator has: message move tasks, Service Quotas, the functions of an instance. Held to botocore's model.

Not verified on AWS.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from contact_transfer.request.arn import parse_instance
from transfers_cli.deployment import Deployment
from transfers_cli.doctor import in_account, in_connect, in_regions, in_stack, neighbours
from transfers_cli.doctor.finding import Finding, Level, Subject, Target
from transfers_cli.errors import Exit, Stop
from transfers_cli.failed.tasks import FASTEST, Tasks

SOURCE, TARGET = "arn:aws:sqs:us-east-1:000000000000:dead", "arn:aws:sqs:us-east-1:000000000000:transfers"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:flow"
INSTANCE = parse_instance("arn:aws:connect:us-east-1:000000000000:instance/3f1c2b9e-5a7d-4c1e-9b60-8d2f4e6a7c11")


def stubbed(service: Any) -> tuple[Any, Stubber]:
    client = boto3.client(service, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    stub = Stubber(client)
    stub.activate()
    return client, stub


class Clients:
    """Stands where ``Aws`` stands, with the clients that a test made."""

    def __init__(self, clients: Mapping[str, Any]) -> None:
        self._clients = clients

    def __call__(self, service: str) -> Any:
        return self._clients[service]


def subject(clients: Mapping[str, Any], **changes: Any) -> Subject:
    aws: Any = Clients(clients)
    outputs = {"FlowFunctionArn": FUNCTION, "EventBusName": "ContactTransfer-local"}
    found = Deployment("ContactTransfer-local", "000000000000", "us-east-1", "CREATE_COMPLETE", outputs, aws)
    given = {
        "flows": frozenset(),
        "queues": frozenset(),
        "users": frozenset(),
        "channels": frozenset({"TASK", "EMAIL"}),
        "pace": 2.0,
        "burst": 5.0,
        "found": found,
    }
    return Subject("local", aws, (INSTANCE,), **{**given, **changes})


def test_a_move_names_source_destination_and_rate() -> None:
    client, stub = stubbed("sqs")
    asked = {"SourceArn": SOURCE, "DestinationArn": TARGET, "MaxNumberOfMessagesPerSecond": 5}
    stub.add_response("start_message_move_task", {"TaskHandle": "handle"}, asked)
    assert Tasks(client, SOURCE).start(TARGET, 5) == "handle"
    stub.assert_no_pending_responses()


@pytest.mark.parametrize(("rate", "asked"), [(0, 1), (9999, FASTEST), (None, None)])
def test_a_rate_is_kept_within_what_sqs_takes(rate: int | None, asked: int | None) -> None:
    client, stub = stubbed("sqs")
    expected = {"SourceArn": SOURCE, "DestinationArn": TARGET}
    given = expected | ({} if asked is None else {"MaxNumberOfMessagesPerSecond": asked})
    stub.add_response("start_message_move_task", {"TaskHandle": "handle"}, given)
    assert Tasks(client, SOURCE).start(TARGET, rate)


def test_moves_are_listed_and_stopped() -> None:
    client, stub = stubbed("sqs")
    running = {
        "TaskHandle": "handle",
        "Status": "RUNNING",
        "ApproximateNumberOfMessagesMoved": 7,
        "StartedTimestamp": 1,
    }
    stub.add_response("list_message_move_tasks", {"Results": [running]}, {"SourceArn": SOURCE, "MaxResults": 10})
    stub.add_response("cancel_message_move_task", {"ApproximateNumberOfMessagesMoved": 8}, {"TaskHandle": "handle"})
    tasks = Tasks(client, SOURCE)
    [task] = tasks.latest()
    assert tasks.cancel(task["TaskHandle"]) == 8


def test_an_endpoint_without_moves_is_said_to_be_one() -> None:
    client, stub = stubbed("sqs")
    stub.add_client_error("start_message_move_task", "InvalidAction", http_status_code=400)
    with pytest.raises(Stop, match="leave --server-side out") as stopped:
        Tasks(client, SOURCE).start(TARGET, None)
    assert stopped.value.status is Exit.UNREACHABLE


def quotas(*named: tuple[str, float]) -> dict[str, Any]:
    return {"Quotas": [{"QuotaName": name, "Value": value} for name, value in named]}


@pytest.mark.parametrize(
    ("answer", "level"),
    [
        (quotas(("Rate of TransferContact API requests", 2.0), ("Queues per instance", 50.0)), Level.GOOD),
        (quotas(("Rate of TransferContact API requests", 1.0)), Level.BAD),
        (quotas(("Queues per instance", 50.0)), Level.UNKNOWN),
    ],
)
def test_the_applied_quota_is_held_against_the_pace(answer: dict[str, Any], level: Level) -> None:
    client, stub = stubbed("service-quotas")
    stub.add_response("list_service_quotas", answer, {"ServiceCode": "connect"})
    [finding] = in_account.quota(subject({"service-quotas": client}))
    assert finding.level is level


@pytest.mark.parametrize(("functions", "level"), [([FUNCTION], Level.GOOD), ([], Level.BAD)])
def test_the_flow_function_is_looked_for_in_every_instance(functions: list[str], level: Level) -> None:
    client, stub = stubbed("connect")
    asked = {"InstanceId": INSTANCE.instance_id}
    stub.add_response("list_lambda_functions", {"LambdaFunctions": functions}, asked)
    [finding] = in_stack.flow_function(subject({"connect": client}))
    assert finding.level is level


def test_a_route_to_what_is_not_allowed_is_bad() -> None:
    allowed = {"flows": frozenset({"f"}), "queues": frozenset({"q"})}
    routes = (Target("fine", "f", "q"), Target("astray", "f", "other"), Target("agent", "g", None, "u"))
    findings = {f.what: f for f in in_connect.routes(subject({}, **allowed, routes=routes))}
    assert [findings[f"route {name}"].level for name in ("fine", "astray", "agent")] == [
        Level.GOOD,
        Level.BAD,
        Level.BAD,
    ]
    assert findings["route astray"].seen == "not allowed: other"


def test_each_topic_that_alarms_notify_needs_a_confirmed_reader() -> None:
    sns, stub = stubbed("sns")
    cloudwatch, alarms = stubbed("cloudwatch")
    topic, theirs = "arn:aws:sns:us-east-1:000000000000:ContactTransfer-local-x", "arn:aws:sns:us-east-1:1:team"
    waiting = {"Endpoint": "centre@example.com", "SubscriptionArn": "PendingConfirmation"}
    stub.add_response("list_subscriptions_by_topic", {"Subscriptions": [waiting]}, {"TopicArn": topic})
    named = [("throttled", "OK", topic), ("dead-letters", "OK", theirs), ("eu-throttled", "ALARM", "arn:other")]
    described = [
        {"AlarmName": f"ContactTransfer-local-{name}", "StateValue": state, "AlarmActions": [action]}
        for name, state, action in named
    ]
    alarms.add_response("describe_alarms", {"MetricAlarms": described[:2], "CompositeAlarms": described[2:]})
    found = {
        finding.what: finding.level for finding in in_stack.alarms(subject({"sns": sns, "cloudwatch": cloudwatch}))
    }
    assert found == {
        "readers of ContactTransfer-local-x": Level.BAD,
        "readers of team": Level.GOOD,
        "alarms": Level.GOOD,  # the one that rings is of a deployment called local-eu
    }


@pytest.mark.parametrize(
    ("instance", "channels", "level"),
    [
        (INSTANCE.instance_id, ["TASK", "CHAT"], Level.BAD),
        (INSTANCE.instance_id, ["CHAT"], Level.GOOD),
        ("another", ["TASK"], Level.GOOD),
    ],
)
def test_another_deployment_of_the_same_contacts_is_bad(instance: str, channels: list[str], level: Level) -> None:
    client, stub = stubbed("events")
    detail = {
        "channel": [{"equals-ignore-case": channel} for channel in channels],
        "instanceArn": [{"suffix": f":instance/{instance}"}],
    }
    own = {
        "channel": [{"equals-ignore-case": "TASK"}],
        "instanceArn": [{"suffix": f":instance/{INSTANCE.instance_id}"}],
    }
    rules = [
        {"Name": "ContactTransfer-other-arrivals", "EventPattern": json.dumps({"detail": detail})},
        {"Name": "ContactTransfer-local-arrivals", "EventPattern": json.dumps({"detail": own})},
    ]
    stub.add_response("list_rules", {"Rules": rules}, {"NamePrefix": "ContactTransfer-"})
    [finding] = neighbours.neighbours(subject({"events": client}, found=None))
    assert (finding.level, "ContactTransfer-other" in finding.seen) == (level, level is Level.BAD)


def _instance(*others: str) -> dict[str, Any]:
    summaries = [{"Region": region, "ReplicationStatus": "INSTANCE_REPLICATION_COMPLETE"} for region in others]
    replication = {"ReplicationStatusSummaryList": summaries, "SourceRegion": "us-east-1"}
    return {"Instance": {"Id": INSTANCE.instance_id}, **({"ReplicationConfiguration": replication} if others else {})}


def _regions(*others: str, groups: dict[str, Any] | str | None = None) -> list[Finding]:
    client, stub = stubbed("connect")
    asked = {"InstanceId": INSTANCE.instance_id}
    stub.add_response("describe_instance", _instance(*others), asked)
    if isinstance(groups, str):
        stub.add_client_error("list_traffic_distribution_groups", groups, http_status_code=403)
    elif groups is not None:
        stub.add_response("list_traffic_distribution_groups", groups, asked)
    found = list(in_regions.regions(subject({"connect": client})))
    stub.assert_no_pending_responses()
    return found


def test_an_instance_without_a_replica_has_one_region() -> None:
    [finding] = _regions()
    assert finding.level is Level.GOOD
    assert "us-east-1 only" in finding.seen


def test_a_replica_and_what_distributes_the_traffic_are_named() -> None:
    group = {"Name": "group-1", "Status": "ACTIVE", "IsDefault": True}
    replica, traffic = _regions("us-east-1", "us-west-2", groups={"TrafficDistributionGroupSummaryList": [group]})
    assert replica.level is Level.LOOK
    assert "us-west-2 (INSTANCE_REPLICATION_COMPLETE)" in replica.seen
    assert "us-west-2" in replica.do
    assert (traffic.level, traffic.seen) == (Level.GOOD, "decided by group-1 (ACTIVE, default)")


def test_without_the_permission_the_replica_is_still_named() -> None:
    replica, traffic = _regions("us-west-2", groups="AccessDeniedException")
    assert "us-west-2" in replica.seen
    assert traffic.level is Level.UNKNOWN
    assert "connect:ListTrafficDistributionGroups" in traffic.do
