"""The check of event patterns agrees with EventBridge as the emulator knows it, and routes match AWS's documented events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.service.confirmation_rules import arrivals_pattern
from contact_transfer_cdk.settings.arns import Instance, parse_instance
from contact_transfer_cdk.settings.deployment import parse
from contact_transfer_cdk.settings.patterns import check_pattern
from contact_transfer_cdk.settings.route_settings import parse_routes
from local.aws import Aws

pytestmark = pytest.mark.xdist_group("emulator")

EVENTS = Path(__file__).parent.parent / "events"
ROUTES = Path(__file__).parent.parent.parent / "examples" / "routes.json"
EVENT = {"id": "1", "account": "1", "source": "s", "time": "2026-01-01T00:00:00Z", "region": "r", "resources": [],
         "detail-type": "t", "detail": {"a": "x"}}  # fmt: skip


def _emulator_takes(aws: Aws, pattern: Any) -> bool:
    try:
        aws.client("events").test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(EVENT))
    except ClientError:
        return False
    return True


def _we_take(pattern: Any) -> bool:
    said = ""
    try:
        check_pattern(pattern, "when")
    except DeploymentError as error:
        said = str(error)
    assert not said or (said.startswith("when") and said.endswith("."))
    return not said


GOOD: list[Any] = [
    ["x"], ["x", None, True, 1, 1.5], [{"prefix": "x"}], [{"suffix": "x"}], [{"equals-ignore-case": "X"}],
    [{"prefix": {"equals-ignore-case": "X"}}], [{"suffix": {"equals-ignore-case": "X"}}], [{"wildcard": "x*y"}],
    [{"wildcard": "x\\*y\\\\*"}], [{"exists": True}], [{"exists": False}], [{"cidr": "10.0.0.0/24"}],
    [{"numeric": [">", 5]}], [{"numeric": [">", 0, "<=", 5]}], [{"numeric": ["=", 5]}], [{"anything-but": "x"}],
    [{"anything-but": ["x", "y"]}], [{"anything-but": [1, 2]}], [{"anything-but": 1}], [{"anything-but": {"prefix": "x"}}],
    [{"anything-but": {"suffix": ["x", "y"]}}], [{"anything-but": {"wildcard": ["x*", "y"]}}],
    [{"anything-but": {"equals-ignore-case": ["x"]}}],
]  # fmt: skip
BAD: list[Any] = [
    [], [["x"]], [{}], [{"begins-with": "x"}], [{"prefix": 1}], [{"prefix": {"wildcard": "x"}}], [{"suffix": None}],
    [{"equals-ignore-case": ["x"]}], [{"wildcard": "x**"}], [{"wildcard": "x\\y"}], [{"wildcard": 1}], [{"exists": "true"}],
    [{"cidr": "10.0.0.0"}], [{"cidr": 10}], [{"numeric": 5}], [{"numeric": []}], [{"numeric": [">"]}],
    [{"numeric": [">", "5"]}], [{"numeric": ["!", 5]}], [{"numeric": ["<", 5, ">", 1]}], [{"numeric": [">", 5, "<", 1]}],
    [{"anything-but": []}], [{"anything-but": ["x", 1]}], [{"anything-but": None}], [{"anything-but": {"exists": True}}],
    [{"anything-but": {"prefix": ""}}], [{"anything-but": {"wildcard": "x**"}}], [{"prefix": "x", "suffix": "y"}],
    "x", 1, None, {},
]  # fmt: skip


@pytest.mark.parametrize("values", GOOD, ids=json.dumps)
def test_what_eventbridge_takes_is_taken(aws: Aws, values: Any) -> None:
    assert _we_take({"detail": {"a": values}})
    assert _emulator_takes(aws, {"detail": {"a": values}})


@pytest.mark.parametrize("values", BAD, ids=json.dumps)
def test_what_eventbridge_refuses_is_refused(aws: Aws, values: Any) -> None:
    assert not _we_take({"detail": {"a": values}})
    assert not _emulator_takes(aws, {"detail": {"a": values}})


@pytest.mark.parametrize(
    ("pattern", "good"),
    [
        ({"$or": [{"source": ["x"]}, {"detail": {"a": ["x"]}}]}, True),
        ({"detail": {"$or": [{"a": ["x"]}, {"b": [{"exists": True}]}]}}, True),
        ({"$or": [{"source": ["x"]}]}, False),
        ({"$or": "x"}, False),
        ({"$or": [{"source": []}, {"source": ["x"]}]}, False),
    ],
)
def test_alternatives_are_checked_too(aws: Aws, pattern: Any, *, good: bool) -> None:
    assert _we_take(pattern) is good
    assert _emulator_takes(aws, pattern) is good


# -- AWS's documented events ---------------------------------------------------------------------------------------


def _documented(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
    return event


def _instance_of(event: dict[str, Any]) -> Instance:
    """The instance of a documented event; one sample's ARN has a colon too many, and says so by matching nothing."""
    arn = event["detail"]["instanceArn"].replace("arn:aws::", "arn:aws:")
    event["detail"]["instanceArn"] = arn
    instance = parse_instance(arn)
    assert instance is not None
    return instance


def _matches(aws: Aws, pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    whole = {**event, "account": "111122223333", "region": "us-east-1", "resources": []}
    answer = aws.client("events").test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(whole))
    return bool(answer["Result"])


@pytest.mark.parametrize(
    ("name", "when"),
    [
        ("contact-queued", {"detail-type": ["Amazon Connect Contact Event"], "detail": {"eventType": ["QUEUED"]}}),
        (
            "contact-routing-step-expired",
            {"detail-type": ["Connect Customer Contact Event"], "detail": {"eventType": ["CONTACT_DATA_UPDATED"]}},
        ),
        ("rules-matched", {"detail-type": ["Contact Lens Post Call Rules Matched"]}),
        ("rules-matched", {"detail-type": ["conversational analytics post call Rules Matched"]}),
    ],
)
def test_a_route_matches_awss_documented_event_but_not_its_replay(aws: Aws, name: str, when: dict[str, Any]) -> None:
    event = _documented(name)
    instances = (_instance_of(event),)
    [route] = parse_routes(({"name": "r", "when": when, "transfer": {"contactFlowId": "f"}},), instances)
    pattern = route.pattern(instances)
    assert _matches(aws, pattern, event)
    assert not _matches(aws, pattern, {**event, "replay-name": "again"})
    assert not _matches(aws, pattern, {**event, "source": "my.app"})
    other = json.loads(json.dumps(event).replace(instances[0].arn, instances[0].arn[:-1] + "0"))
    assert not _matches(aws, pattern, other)


def test_a_route_takes_events_of_contacts_of_its_own_region_and_of_instances_without_a_replica(aws: Aws) -> None:
    event = _documented("contact-queued")
    instances = (_instance_of(event),)
    when = {"detail-type": ["Amazon Connect Contact Event"], "detail": {"eventType": ["QUEUED"]}}
    [route] = parse_routes(({"name": "r", "when": when, "transfer": {"contactFlowId": "f"}},), instances)
    pattern = route.pattern(instances)
    own, other = instances[0].place.region, "eu-west-2"
    assert own != other
    for metadata, takes in (
        (None, True),
        ({"activeRegion": other}, True),
        ({"activeRegion": other, "originRegion": own}, True),
        ({"activeRegion": own, "originRegion": other}, False),
    ):
        detail = {**event["detail"], **({"globalResiliencyMetadata": metadata} if metadata else {})}
        assert _matches(aws, pattern, {**event, "detail": detail}) is takes, metadata


def test_a_contact_that_nobody_transferred_confirms_nothing(aws: Aws) -> None:
    event = _documented("contact-queued")
    instance = _instance_of(event)
    pattern = arrivals_pattern(parse("test", {"instanceArns": [instance.arn]}))
    assert not _matches(aws, pattern, event)
    event["detail"]["previousContactId"] = "p"
    assert not _matches(aws, pattern, event)  # a call
    event["detail"]["channel"] = "Task"
    assert _matches(aws, pattern, event)
    event["detail"]["instanceArn"] = instance.arn.replace("us-west-2", "us-east-1")  # its replica
    assert _matches(aws, pattern, event)
    event["detail"]["eventType"] = "INITIATED"
    assert not _matches(aws, pattern, event)


EXAMPLES = {route["name"]: route for route in json.loads(ROUTES.read_text("utf-8"))["routes"]}


def _example(aws: Aws, name: str, event: dict[str, Any]) -> bool:
    instances = (_instance_of(event),)
    [route] = parse_routes((EXAMPLES[name],), instances)
    return _matches(aws, route.pattern(instances), event)


def test_the_example_for_an_expired_routing_step_matches_the_documented_event(aws: Aws) -> None:
    event = _documented("contact-routing-step-expired")
    assert not _example(aws, "nobody-skilled", event)  # the sample is of a chat
    event["detail"]["channel"] = "TASK"
    assert _example(aws, "nobody-skilled", event)
    event["detail"]["updatedProperties"] = ["ContactDetails.Name"]
    assert not _example(aws, "nobody-skilled", event)


def test_the_example_for_an_absent_team_matches_tasks_in_its_queue(aws: Aws) -> None:
    event = _documented("contact-queued")
    event["detail"]["channel"] = "TASK"
    assert not _example(aws, "team-away", event)
    wanted = EXAMPLES["team-away"]["when"]["detail"]["queueInfo"]["queueArn"]
    event["detail"]["queueInfo"]["queueArn"] = f"{event['detail']['instanceArn']}/queue{wanted[0]['suffix']}"
    assert _example(aws, "team-away", event)


def test_the_example_for_a_rule_matches_its_action_name(aws: Aws) -> None:
    event = _documented("rules-matched")
    assert not _example(aws, "to-supervisor", event)
    event["detail"]["actionName"] = EXAMPLES["to-supervisor"]["when"]["detail"]["actionName"][0]
    for prefix in ("Contact Lens", "conversational analytics"):
        event["detail-type"] = f"{prefix} Email Rules Matched"
        assert _example(aws, "to-supervisor", event)
