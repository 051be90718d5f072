"""Routes in a settings file: what is refused, and what becomes of the others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contact_transfer.config.worker_settings import Settings
from contact_transfer_cdk.node import use_node
from tests.infra.routing import QUEUED, RULES, TRANSFER, WHEN, night_route, refusal, settings
from tests.made_by_the_stack import made

from .conftest import INSTANCE, OTHER


def test_a_route_moves_a_tree_once_unless_it_says_otherwise() -> None:
    routes = settings(routes=[night_route(), night_route(name="twice", maxTransfersPerContact=2)]).routes
    assert [(route.name, route.most) for route in routes] == [("night", 1), ("twice", 2)]


def test_the_worker_knows_the_routes_and_their_limits() -> None:
    given = settings(routes=[night_route(), night_route(name="twice", maxTransfersPerContact=2)])
    worker = Settings.from_environment(given.for_worker(**made()).to_environment())
    assert worker.routes == {"night": 1, "twice": 2}
    assert given.for_flows("t", "u").routes == worker.routes


def test_ids_may_be_arns_of_the_instances() -> None:
    transfer = {"contactFlowId": f"{INSTANCE}/contact-flow/f", "userId": f"{INSTANCE}/agent/u"}
    [route] = settings(routes=[night_route(transfer=transfer)]).routes
    assert (route.contact_flow_id, route.queue_id, route.user_id) == ("f", None, "u")


def test_alternatives_stand_in_the_detail_beside_the_instances() -> None:
    detail = {
        "$or": [{"channel": ["TASK"]}, {"queueInfo": {"queueArn": [{"suffix": "/q"}]}}],
        "instanceArn": [INSTANCE],
        **QUEUED,
    }
    given = settings(routes=[night_route(when=WHEN | {"detail": detail})])
    own = {"globalResiliencyMetadata": {"originRegion": ["us-east-1", {"exists": False}]}}
    assert given.routes[0].pattern(given.instances)["detail"] == detail | own


def test_a_route_may_ask_for_the_other_fields_of_the_regions_metadata() -> None:
    metadata = {"trafficDistributionGroupId": ["g"]}
    given = settings(routes=[night_route(when=WHEN | {"detail": QUEUED | {"globalResiliencyMetadata": metadata}})])
    asked = given.routes[0].pattern(given.instances)["detail"]["globalResiliencyMetadata"]
    assert asked == metadata | {"originRegion": ["us-east-1", {"exists": False}]}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": None}, "entry 1 needs a 'name'"),
        ({"name": "two words"}, "entry 1 needs a 'name'"),
        ({"name": "x" * 33}, "up to 32"),
        ({"whenever": {}}, "no key 'whenever'"),
        ({"when": None}, "'when' must be an object"),
        ({"transfer": "queue-1"}, "'transfer' must be an object"),
        ({"transfer": {"queueId": "q"}}, "needs a 'contactFlowId'"),
        ({"transfer": TRANSFER | {"userId": "u"}}, "both 'queueId' and 'userId'"),
        ({"transfer": TRANSFER | {"queueID": "q"}}, "no key 'queueID' in 'transfer': 'queueId' was probably meant"),
        ({"transfer": TRANSFER | {"queueId": ""}}, "not an id or ARN"),
        ({"transfer": TRANSFER | {"queueId": None}}, "'queueId' must be an id or ARN"),
        ({"transfer": TRANSFER | {"queueId": f"{OTHER}/queue/q"}}, "not the ARN of a queue"),
        ({"maxTransfersPerContact": 0}, "whole number from 1 to 11"),
        ({"maxTransfersPerContact": 12}, "whole number from 1 to 11"),
        ({"afterMinutes": -1}, "whole number from 0 to 10080"),
        ({"afterMinutes": 10_081}, "whole number from 0 to 10080"),
        ({"afterMinutes": 1.5}, "whole number from 0 to 10080"),
        ({"onlyIfWaiting": "true"}, "'onlyIfWaiting' must be true or false"),
        ({"onlyIfInQueueId": f"{OTHER}/queue/q"}, "not the ARN of a queue"),
        ({"when": {}}, "when is empty"),
        ({"when": {"detail": {"eventType": ["QUEUED"]}}}, "when.detail-type must list"),
        ({"when": {"detail-type": ["Contact Lens Analysis State Change"]}}, "which contact they are about"),
        ({"when": {"detail-type": [{"prefix": "Amazon Connect"}]}}, "which contact they are about"),
        ({"when": {"detail-type": [*WHEN["detail-type"], *RULES["detail-type"]]}}, "make two routes"),
        ({"when": WHEN | {"source": ["my.app"]}}, "when.source can only be"),
        ({"when": WHEN | {"replay-name": [{"exists": True}]}}, "replayed events never ask"),
        ({"when": WHEN | {"detailType": ["x"]}}, "no field 'detailType': 'detail-type' was probably meant"),
        ({"when": WHEN | {"detail": ["x"]}}, "when.detail must be an object"),
        ({"when": WHEN | {"detail": {"instanceArn": [OTHER]}}}, "some of the 'instanceArns'"),
        (
            {"when": WHEN | {"$or": [{"source": ["shop"]}, {"replay-name": [{"exists": True}]}]}},
            "when.$or cannot be set",
        ),
        ({"when": WHEN | {"$or": [{"unheard-of": ["x"]}, {"id": ["x"]}]}}, "when.$or cannot be set"),
        (
            {"when": WHEN | {"detail": {"$or": [{"instanceArn": [OTHER]}, {"channel": ["TASK"]}]}}},
            "cannot name instanceArn",
        ),
        (
            {"when": WHEN | {"detail": {"$or": [{"x": [1]}, {"$or": [{"y": [1]}, {"instanceArn": [OTHER]}]}]}}},
            "beside '$or'",
        ),
        ({"when": WHEN | {"detail": {"eventType": []}}}, "when.detail.eventType has an empty list"),
        ({"when": WHEN | {"detail": {"eventType": "QUEUED"}}}, 'as in ["QUEUED"]'),
        ({"when": WHEN | {"detail": {"x": [{"begins-with": "y"}]}}}, "unknown operator 'begins-with'"),
        ({"when": WHEN | {"detail": {"x": [float("inf")]}}}, "a number that EventBridge cannot compare"),
        ({"when": WHEN | {"detail": {"x": [10**400]}}}, "from -5,000,000,000 to 5,000,000,000"),
        ({"when": WHEN | {"detail": {"x": [{"numeric": [">", 10**400]}]}}}, "takes numbers from -5,000,000,000"),
        ({"when": WHEN | {"detail": {"x": [{"anything-but": [float("nan")]}]}}}, "texts, or numbers from"),
        ({"when": WHEN | {"detail": QUEUED | {"tags": {"x": ["y" * 2000]}}}}, "EventBridge takes 2,048"),
        ({"when": WHEN | {"account": ["123456789012"]}}, "when.account does not match 000000000000"),
        (
            {"when": WHEN | {"detail": QUEUED | {"globalResiliencyMetadata": {"originRegion": ["us-west-2"]}}}},
            "only events of contacts of its own Region",
        ),
        (
            {
                "when": WHEN
                | {
                    "detail": QUEUED
                    | {"$or": [{"x": [1]}, {"globalResiliencyMetadata": {"originRegion": [{"exists": True}]}}]}
                }
            },
            "originRegion cannot be set",
        ),
        ({"when": WHEN | {"detail": QUEUED | {"globalResiliencyMetadata": [None]}}}, "must be an object of fields"),
        ({"when": WHEN | {"region": [{"anything-but": "us-east-1"}]}}, "when.region does not match us-east-1"),
    ],
)
def test_a_route_that_cannot_work_is_refused_with_a_sentence(changes: dict[str, Any], says: str) -> None:
    said = refusal(routes=[night_route(**changes)])
    assert says in said
    assert "name" in changes or said.startswith("route 'night': ")


@pytest.mark.parametrize(
    ("detail", "says"),
    [
        ({"agentInfo": [{"exists": False}]}, 'as in {"agentInfo": {"agentArn": [{"exists": false}]}}'),
        (
            {"queueInfo": [{"exists": True}]},
            "when.detail.queueInfo is an object, and EventBridge compares only what is in it",
        ),
        ({"queueInfo": ["x"]}, "when.detail.queueInfo is an object"),
        ({"queueInfo": [None, "x"]}, "when.detail.queueInfo is an object"),
        ({"$or": [{"channel": ["TASK"]}, {"tags": [{"exists": True}]}]}, "when.detail.$or[1].tags is an object"),
        ({"agentInfo": {"hierarchyGroups": [{"exists": True}]}}, "when.detail.agentInfo.hierarchyGroups is an object"),
        ({"eventType": {"name": ["QUEUED"]}}, "when.detail.eventType is a text and has no fields"),
        (
            {"eventType": ["QEUED"]},
            "there is no event type 'QEUED', so nothing could match: 'QUEUED' was probably meant",
        ),
        (
            {"eventType": ["TRANSFERRED"]},
            "there is no event type 'TRANSFERRED', so nothing could match: known are INITIATED,",
        ),
        ({"eventType": ["queued"]}, "'QUEUED' was probably meant"),
        (
            {"eventType": ["QUEUED", "DISCONNECTED"]},
            "after DISCONNECTED the contact has ended, so every request would fail",
        ),
        ({"eventType": ["COMPLETED"]}, "after COMPLETED the contact has ended"),
        ({"eventType": [{"prefix": "DIS"}]}, "when.detail.eventType matches no event of a contact that is still open"),
        ({"eventType": [{"wildcard": "*LETED"}]}, "matches no event of a contact that is still open"),
        (
            {"channel": ["VOICE"]},
            "VOICE contacts cannot be transferred, so every request would fail: list TASK or EMAIL",
        ),
        ({"channel": ["TASK", "Chat"]}, "Chat contacts cannot be transferred"),
        ({"channel": ["TASKS"]}, "there is no channel 'TASKS', so nothing could match: 'TASK' was probably meant"),
        ({"channel": [{"anything-but": {"suffix": ["K", "L", "k", "l"]}}]}, "matches neither TASK nor EMAIL"),
    ],
)
def test_a_pattern_that_nothing_could_match_or_whose_requests_would_all_fail_is_refused(
    detail: dict[str, Any], says: str
) -> None:
    assert says in refusal(routes=[night_route(when=WHEN | {"detail": detail})])


@pytest.mark.parametrize("detail", [None, {"channel": ["TASK"]}, {"$or": [QUEUED, {"channel": ["TASK"]}]}])
def test_a_pattern_that_every_event_of_a_contact_matches_is_refused(detail: dict[str, Any] | None) -> None:
    """The first event would move the contact; each later one, those after its end included, would be a failed request."""
    when = {"detail-type": WHEN["detail-type"]} | ({} if detail is None else {"detail": detail})
    said = refusal(routes=[night_route(when=when)])
    assert "when.detail has no condition on eventType, so every event of a contact would ask for a transfer" in said
    assert '{"eventType": ["QUEUED"]}' in said


@pytest.mark.parametrize(
    "detail",
    [
        {"agentInfo": {"agentArn": [{"exists": False}]}, **QUEUED},
        {"agentInfo": [None], **QUEUED},
        {"queueInfo": {"queueArn": [{"exists": True}]}, "channel": ["TASK", "Email"], **QUEUED},
        {"$or": [QUEUED | {"channel": ["TASK"]}, {"eventType": ["CONNECTED_TO_AGENT"]}]},
        {"eventType": [{"anything-but": ["INITIATED"]}], "channel": [{"equals-ignore-case": "task"}]},
        {"eventType": [{"wildcard": "CON*_TO_AGENT"}]},
        {"routingCriteria": {"steps": {"status": ["EXPIRED"]}}, "updatedProperties": [{"prefix": "Routing"}]},
        {"segmentAttributes": {"connect:Subtype": {"valueString": ["connect:Guide"]}}, **QUEUED},
    ],
)
def test_a_pattern_that_events_match_is_taken(detail: dict[str, Any]) -> None:
    assert settings(routes=[night_route(when=WHEN | {"detail": detail})]).routes


def test_a_route_for_a_channel_that_the_deployment_leaves_out_is_refused() -> None:
    route = night_route(when=WHEN | {"detail": QUEUED | {"channel": ["EMAIL"]}})
    assert "'EMAIL' is not among 'allowedChannels'" in refusal(routes=[route], allowedChannels=["TASK"])


def test_names_are_unique_and_fit_into_their_rules_names() -> None:
    assert "has 'night' twice" in refusal(routes=[night_route(), night_route()])
    alike = "has 'Escalate' and 'escalate', which differ only in case"
    assert alike in refusal(routes=[night_route(name="Escalate"), night_route(), night_route(name="escalate")])
    assert "shorten the route's or the deployment's name" in refusal("d" * 32, routes=[night_route(name="r" * 20)])
    assert "has room for 40" in refusal(routes=[night_route(name=f"r{number}") for number in range(41)])


@pytest.mark.parametrize(
    ("key", "transfer"),
    [
        ("allowedContactFlowIds", TRANSFER),
        ("allowedQueueIds", TRANSFER),
        ("allowedUserIds", {"contactFlowId": "flow-1", "userId": "user-1"}),
    ],
)
def test_a_route_to_what_is_not_allowed_is_refused(key: str, transfer: dict[str, str]) -> None:
    assert f"is not among '{key}'" in refusal(routes=[night_route(transfer=transfer)], **{key: ["another"]})


@pytest.mark.synth
@pytest.mark.xdist_group("synth")
def test_a_route_may_follow() -> None:
    use_node()
    from contact_transfer_cdk.service.routes import transformer  # noqa: PLC0415 - loads the CDK

    assert "route 'night': 'follow' must be true or false" in refusal(routes=[night_route(follow="true")])
    [route] = settings(routes=[night_route(follow=True)]).routes
    template = str(transformer(route).input_template)
    assert json.loads(template.replace("<instance>", '"i"').replace("<contact>", '"c"'))["detail"]["follow"] is True


def test_a_routes_priority_is_one_of_the_lanes() -> None:
    assert "route 'night': 'priority' must be normal or urgent" in refusal(routes=[night_route(priority="high")])
    lanes = [
        route.lane for route in settings(routes=[night_route(), night_route(name="fast", priority="urgent")]).routes
    ]
    assert lanes == ["normal", "urgent"]


@pytest.mark.parametrize("value", [-1, 661, "5", True, None])
def test_confirm_within_minutes_has_its_bounds(value: Any) -> None:
    assert "'confirmWithinMinutes' must be a number from 0 to 660" in refusal(confirmWithinMinutes=value)
