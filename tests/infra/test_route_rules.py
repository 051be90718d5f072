"""The rules that routes become in the template."""

from __future__ import annotations

from typing import Any

import pytest

from contact_transfer.request.envelope import open_body
from contact_transfer.request.source import Source
from contact_transfer.request.timestamps import instant
from tests.infra.routing import RULES, TRANSFER, Synthesize, night_route

from .conftest import INSTANCE, OTHER, Assembly, lint


@pytest.fixture(scope="module")
def routed(synthesize: Synthesize) -> Assembly:
    content = {
        "instanceArns": [INSTANCE, OTHER],
        "confirmWithinMinutes": 30,
        "routes": [
            night_route(),
            night_route(name="later", afterMinutes=30, onlyIfWaiting=True, onlyIfInQueueId=f"{INSTANCE}/queue/queue-1"),
            night_route(name="escalate", when=RULES, transfer={"contactFlowId": "flow-2"}, priority="urgent"),
        ],
    }
    return synthesize("routed", content)


synthesized = [pytest.mark.synth, pytest.mark.xdist_group("synth")]


class TestInTheTemplate:
    pytestmark = synthesized

    def test_a_rule_on_the_default_bus_takes_live_events_of_the_deployments_instances(self, routed: Assembly) -> None:
        rule = routed.one("Events::Rule", "Routesnight")
        assert "EventBusName" not in rule
        assert rule["EventPattern"] == {
            "source": ["aws.connect"],
            "detail-type": ["Amazon Connect Contact Event", "Connect Customer Contact Event"],
            "detail": {
                "eventType": ["QUEUED"],
                "instanceArn": [INSTANCE, OTHER],
                "globalResiliencyMetadata": {"originRegion": ["us-east-1", {"exists": False}]},
            },
            "replay-name": [{"exists": False}],
        }

    def test_events_of_rules_are_taken_in_both_spellings(self, routed: Assembly) -> None:
        assert routed.one("Events::Rule", "Routesescalate")["EventPattern"]["detail-type"] == [
            {"equals-ignore-case": "Contact Lens Post Call Rules Matched"},
            {"equals-ignore-case": "conversational analytics Post Call Rules Matched"},
        ]

    def test_the_transformer_writes_the_request(self, routed: Assembly) -> None:
        def transformed(name: str) -> tuple[dict[str, str], dict[str, str]]:
            (target,) = routed.one("Events::Rule", name)["Targets"]
            written = (
                target["InputTransformer"]["InputTemplate"].replace("<instance>", '"i"').replace("<contact>", '"c"')
            )
            opened = open_body(written)
            assert opened.source is Source.ROUTE
            return target["InputTransformer"]["InputPathsMap"], opened.fields

        paths, request = transformed("Routesnight")
        assert paths == {"instance": "$.detail.instanceArn", "contact": "$.detail.contactId"}
        assert request == {"instanceId": "i", "contactId": "c", "route": "night", **TRANSFER}
        paths, request = transformed("Routesescalate")
        assert paths["contact"] == "$.detail.contactArn"
        assert request.pop("priority") == "urgent"
        assert request == {"instanceId": "i", "contactId": "c", "route": "escalate", "contactFlowId": "flow-2"}

    def test_a_route_that_waits_writes_the_time_of_its_event(self, routed: Assembly) -> None:
        (target,) = routed.one("Events::Rule", "Routeslater")["Targets"]
        assert target["InputTransformer"]["InputPathsMap"]["time"] == "$.time"
        text = target["InputTransformer"]["InputTemplate"]
        for name, value in (("instance", "i"), ("contact", "c"), ("time", "2026-03-01T09:00:00Z")):
            text = text.replace(f"<{name}>", f'"{value}"')
        opened = open_body(text)
        assert opened.source is Source.ROUTE
        assert opened.not_before == instant("2026-03-01T09:30:00Z")
        assert opened.fields["onlyIfWaiting"] is True
        assert opened.fields["onlyIfInQueueId"] == "queue-1"

    def test_a_rule_sends_to_the_queue_of_its_routes_lane(self, routed: Assembly) -> None:
        def target(name: str) -> str:
            (found,) = routed.one("Events::Rule", name)["Targets"]
            return str(found["Arn"]["Fn::GetAtt"][0])

        assert "QueuesTransfers" in target("Routesnight")
        assert "QueuesUrgent" in target("Routesescalate")

    def test_every_rule_has_retries_and_a_dead_letter_queue(self, routed: Assembly) -> None:
        rules = routed.of_type("Events::Rule")
        assert len(rules) == 8
        for name, rule in rules.items():
            (target,) = rule["Properties"]["Targets"]
            assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}
            dead = "ConfirmationFailed" if "Confirmation" in name else "QueuesDeadLetters"
            assert dead in target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0]

    def test_the_rules_may_send_where_they_send_and_use_the_key(self, routed: Assembly) -> None:
        def admitted(document: Any) -> set[str]:
            (found,) = [s for s in document["Statement"] if s.get("Sid") == "EventBridgeRules"]
            return {arn.rpartition(":")[2] for arn in found["Condition"]["ArnEquals"]["aws:SourceArn"]}

        name = "ContactTransfer-variant"
        normal = {f"rule/{name}-route-night", f"rule/{name}-route-later", f"rule/{name}/{name}-requests"}
        urgent = {
            f"rule/{name}-route-escalate",
            *(f"rule/{name}/{name}-{rule}" for rule in ("urgent-requests", "cancellations")),
        }
        routes = normal | urgent
        confirmation = {f"rule/{name}-arrivals", f"rule/{name}/{name}-announced"}
        for queue, rules in (("Transfers", normal), ("Urgent", urgent), ("DeadLetters", routes)):
            assert admitted(routed.one("SQS::QueuePolicy", f"Queues{queue}")["PolicyDocument"]) == rules
        for queue in ("ConfirmationEvents", "ConfirmationFailed"):
            assert admitted(routed.one("SQS::QueuePolicy", queue)["PolicyDocument"]) == confirmation
        assert admitted(routed.one("KMS::Key", "KeysQueues")["KeyPolicy"]) == routes | confirmation
        made = {
            f"rule/{name}/{rule['Name']}" if "EventBusName" in rule else f"rule/{rule['Name']}"
            for rule in (r["Properties"] for r in routed.of_type("Events::Rule").values())
        }
        assert made == routes | confirmation

    def test_the_rules_security_findings_are_none(self, routed: Assembly) -> None:
        reports = {plugin["pluginName"]: plugin for plugin in routed.report()["pluginReports"]}
        assert reports["AwsSolutions"]["violations"] == []

    def test_cfn_lint_finds_nothing(self, routed: Assembly) -> None:
        assert lint(routed) == []

    def test_silence_is_heard_on_the_deployments_bus(self, routed: Assembly, assembly: Assembly) -> None:
        rule = routed.one("Events::Rule", "ConfirmationAnnounced")
        assert rule["EventPattern"] == {"source": ["contact-transfer"], "detail-type": ["Contact Transfer Succeeded"]}
        assert rule["EventBusName"]["Ref"] in routed.of_type("Events::EventBus")
        assert not [name for name in assembly.of_type("Events::Rule") if "Announced" in name]  # 0: off
