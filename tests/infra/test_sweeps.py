"""Routes with a ``sweep``: what settings they take, and what the stack makes of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from contact_transfer.config.function_settings import SweepSettings
from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.policies.calls import SWEEP_CALLS, action
from contact_transfer_cdk.service.environment import TELEMETRY
from contact_transfer_cdk.settings.deployment import parse

from .conftest import INSTANCE, Assembly

SWEEP = {"contactFlowId": "flow", "queueId": "overflow", "olderThanMinutes": 30, "limit": 200}
ROUTE: dict[str, Any] = {"name": "busy", "when": {"detail-type": ["Metrics Rules Matched"]}, "sweep": SWEEP}


def settings(*routes: dict[str, Any], **more: Any) -> Any:
    return parse("x", {"instanceArns": [INSTANCE], "routes": list(routes), **more})


def test_a_sweep_has_a_limit_and_takes_what_waits_at_once_unless_it_says_otherwise() -> None:
    [route] = settings({**ROUTE, "sweep": {"contactFlowId": "flow"}}).sweeping_routes
    assert (route.sweep.older_than_minutes, route.sweep.limit) == (0, 1000)


def test_only_events_about_queues_of_the_deployments_instances_are_taken() -> None:
    made = settings(ROUTE)
    pattern = made.routes[0].pattern(made.instances)
    assert pattern["resources"] == [{"prefix": f"{INSTANCE}/queue/"}]
    assert (pattern["source"], pattern["replay-name"]) == (["aws.connect"], [{"exists": False}])


def test_the_worker_knows_a_sweeping_route_and_its_limit() -> None:
    made = settings({**ROUTE, "maxTransfersPerContact": 3})
    assert made.for_flows("url", "urgent").routes == {"busy": 3}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"transfer": {"contactFlowId": "f"}}, "in place of 'transfer'"),
        ({"when": {"detail-type": ["Amazon Connect Contact Event"]}}, "only these events name queues"),
        ({"when": {"detail-type": ["Metrics Rules Matched"], "source": ["crm"]}}, "when.source"),
        ({"when": {"detail-type": ["Metrics Rules Matched"], "replay-name": ["r"]}}, "when.replay-name"),
        ({"sweep": {"queueId": "q"}}, "'sweep' needs a 'contactFlowId'"),
        ({"sweep": {**SWEEP, "userId": "u"}}, "one destination"),
        ({"sweep": {**SWEEP, "limit": 0}}, "limit"),
        ({"sweep": {**SWEEP, "limit": 10_001}}, "limit"),
        ({"sweep": {**SWEEP, "olderThanMinutes": -1}}, "olderThanMinutes"),
        ({"sweep": {**SWEEP, "olderThanMinute": 1}}, "olderThanMinutes"),
        ({"sweep": "all"}, "'sweep' must be"),
    ],
)
def test_a_sweep_that_cannot_work_is_refused_with_a_sentence(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(DeploymentError, match=says):
        settings(ROUTE | changes)


def test_a_route_about_queues_has_a_sweep_and_no_transfer() -> None:
    with pytest.raises(DeploymentError, match="'sweep'"):
        settings({"name": "busy", "when": ROUTE["when"], "transfer": {"contactFlowId": "f"}})


def test_a_sweep_to_what_is_not_allowed_is_refused() -> None:
    with pytest.raises(DeploymentError, match="allowedQueueIds"):
        settings(ROUTE, allowedQueueIds=["another"])


@pytest.mark.synth
@pytest.mark.xdist_group("synth")
class TestTheStack:
    @pytest.fixture(scope="class")
    def swept(self, synthesize: Callable[..., Assembly]) -> Assembly:
        return synthesize("swept", {"instanceArns": [INSTANCE], "routes": [{**ROUTE, "priority": "urgent"}]})

    def test_its_function_may_search_send_and_nothing_else(self, swept: Assembly) -> None:
        statements = swept.one("IAM::Policy", "SweepsRole")["PolicyDocument"]["Statement"]
        by_sid = {one["Sid"]: one for one in statements if "Sid" in one}
        given = {
            a for one in statements for a in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
        }
        needed = {action(service, call) for service, calls in SWEEP_CALLS.items() for call in calls}
        assert {a for a in given if a.split(":")[0] in SWEEP_CALLS} == needed
        assert {a.split(":")[0] for a in given} - set(SWEEP_CALLS) == {"kms", "logs", "xray"}
        assert by_sid["Search"]["Resource"] == INSTANCE

    def test_its_environment_parses_as_settings(self, swept: Assembly) -> None:
        variables = swept.one("Lambda::Function", "Sweeps")["Environment"]["Variables"]
        texts = {name: value if isinstance(value, str) else str(value["Ref"]) for name, value in variables.items()}
        assert set(SweepSettings.from_environment(texts).to_environment()) == set(texts) - set(TELEMETRY)

    def test_the_rule_hands_the_function_the_queues_and_the_sweep(self, swept: Assembly) -> None:
        rule = swept.one("Events::Rule", "Sweepsbusy")
        assert rule["EventPattern"]["detail-type"] == ["Metrics Rules Matched"]
        [target] = rule["Targets"]
        given = target["InputTransformer"]
        assert given["InputPathsMap"] == {"id": "$.id", "queues": "$.resources"}
        event = json.loads(given["InputTemplate"].replace("<id>", '"e"').replace("<queues>", '["q"]'))
        assert (event["route"], event["eventId"], event["queueArns"]) == ("busy", "e", ["q"])
        assert event["sweep"] == {**SWEEP, "priority": "urgent"}

    def test_only_the_rule_may_invoke_the_function(self, swept: Assembly) -> None:
        permission = swept.one("Lambda::Permission", "Sweeps")
        assert permission["Principal"] == "events.amazonaws.com"
        assert permission["SourceArn"]["Fn::GetAtt"][0].startswith("ContactTransferSweepsbusy")

    def test_its_failures_ring(self, swept: Assembly) -> None:
        names = {one["AlarmName"] for one in swept.of_type("CloudWatch::Alarm").values() for one in [one["Properties"]]}
        assert {name for name in names if "sweep" in name} == {
            "ContactTransfer-variant-sweep-errors",
            "ContactTransfer-variant-sweep-throttled",
        }

    def test_the_security_findings_are_none(self, swept: Assembly) -> None:
        assert [report for report in swept.report()["pluginReports"] if report["violations"]] == []

    def test_without_a_sweep_nobody_may_search_contacts(self, assembly: Assembly) -> None:
        assert "SearchContacts" not in json.dumps(assembly.template)
