"""Alarms, dashboard, topic and saved queries: each watches something that exists, and leads a person somewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contact_transfer.observability.metrics import DIMENSIONS, NAMESPACE, Metric, reasons
from contact_transfer.transfer.outcome import Cause
from contact_transfer_cdk.monitoring.alarms import PASSING, RUNBOOK, slug
from contact_transfer_cdk.settings.alarm_settings import ALARM_NAMES
from contact_transfer_cdk.settings.deployment import load, parse
from transfers_cli.cost.model import idle

from .conftest import INSTANCE

if TYPE_CHECKING:
    from tests.infra.conftest import Assembly

ROOT = Path(__file__).resolve().parents[2]
#: Metrics of AWS's own that the stack uses, with their dimensions. Sources: the services' pages on CloudWatch metrics.
AWS_METRICS: Mapping[tuple[str, str], list[set[str]]] = {
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): [{"QueueName"}],
    ("AWS/SQS", "ApproximateNumberOfMessagesNotVisible"): [{"QueueName"}],
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): [{"QueueName"}],
    ("AWS/Lambda", "Errors"): [{"FunctionName"}],
    ("AWS/Lambda", "Throttles"): [{"FunctionName"}],
    ("AWS/Lambda", "Duration"): [{"FunctionName"}],
    ("AWS/Lambda", "ConcurrentExecutions"): [{"FunctionName"}],
    ("AWS/Events", "FailedInvocations"): [{"RuleName"}, {"RuleName", "EventBusName"}],
    ("AWS/Events", "InvocationsFailedToBeSentToDlq"): [{"RuleName"}, {"RuleName", "EventBusName"}],
}
#: Each of these says that something has gone wrong. (A deferral by throttling is a throttled call, which is counted.)
FAILURES = {
    *((metric, "") for metric in (Metric.FAILED, Metric.THROTTLED, Metric.UNCONFIRMED, Metric.LEDGER_CONFLICT)),
    *((Metric.DEFERRED, str(cause)) for cause in set(Cause) - PASSING - {Cause.THROTTLED}),
}


@pytest.fixture
def alarms(assembly: Assembly) -> list[dict[str, Any]]:
    return [resource["Properties"] for resource in assembly.of_type("CloudWatch::Alarm").values()]


def given(alarm: Mapping[str, Any]) -> dict[str, Any]:
    return {one["Name"]: one["Value"] for one in alarm["Dimensions"]}


def exists(namespace: str, metric: str, dimensions: Mapping[str, Any]) -> bool:
    """Whether anybody writes a metric of that name with exactly those dimensions."""
    if namespace != NAMESPACE:
        return set(dimensions) in AWS_METRICS.get((namespace, metric), [])
    if metric not in set(Metric) or dimensions.get("service") != "ContactTransfer-local":
        return False
    reason = {name: value for name, value in dimensions.items() if name != "service"}
    own = DIMENSIONS.get(Metric(metric), "")
    return not reason or (set(reason) == {own} and reason[own] in reasons(Metric(metric)))


def test_every_alarm_watches_a_metric_that_exists(alarms: list[dict[str, Any]]) -> None:
    missing = [a["AlarmName"] for a in alarms if not exists(a["Namespace"], a["MetricName"], given(a))]
    assert not missing
    assert len(alarms) > 20


def test_the_alarms_that_a_deployment_may_adjust_are_those_that_exist(alarms: list[dict[str, Any]]) -> None:
    made = {alarm["AlarmName"].removeprefix("ContactTransfer-local-") for alarm in alarms}
    assert {re.sub(r"^(events-failed|events-lost)-.*", r"\1", name) for name in made} == ALARM_NAMES


def test_every_failure_metric_is_watched(alarms: list[dict[str, Any]]) -> None:
    watched = {
        (a["MetricName"], given(a).get(DIMENSIONS.get(a["MetricName"], ""), ""))
        for a in alarms
        if a["Namespace"] == NAMESPACE
    }
    assert watched >= FAILURES


def test_every_function_every_rule_and_every_dead_letter_queue_is_watched(
    assembly: Assembly, alarms: list[dict[str, Any]]
) -> None:
    def watched(metric: str, dimension: str) -> set[str]:
        return {json.dumps(given(a)[dimension]) for a in alarms if a["MetricName"] == metric}

    functions = {json.dumps({"Ref": name}) for name in assembly.of_type("Lambda::Function")}
    assert watched("Errors", "FunctionName") == functions
    rules = {json.dumps(rule["Properties"]["Name"]) for rule in assembly.of_type("Events::Rule").values()}
    assert watched("FailedInvocations", "RuleName") == rules
    policies = [queue["Properties"].get("RedrivePolicy") for queue in assembly.of_type("SQS::Queue").values()]
    names = [policy["deadLetterTargetArn"]["Fn::GetAtt"][0] for policy in policies if policy]
    dead = {json.dumps({"Fn::GetAtt": [name, "QueueName"]}) for name in names}
    assert watched("ApproximateNumberOfMessagesVisible", "QueueName") == dead


def test_the_cost_counts_every_alarm_of_the_stack(
    assembly: Assembly, synthesize: Callable[[str, Mapping[str, Any]], Assembly]
) -> None:
    to = {"contactFlowId": "11111111-2222-4333-8444-555555555555"}
    when = {"detail-type": ["Amazon Connect Contact Event"], "detail": {"eventType": ["QUEUED"]}}
    routes = [{"name": name, "when": when, "transfer": to} for name in ("one", "two")]
    content = {"instanceArns": [INSTANCE], "routes": routes, "confirmWithinMinutes": 5}
    for settings, made in ((load("local"), assembly), (parse("variant", content), synthesize("many-rules", content))):
        [counted] = [item.count for item in idle(settings) if item.what == "alarms"]
        assert counted == len(made.of_type("CloudWatch::Alarm"))


def test_every_alarms_text_leads_to_a_section_of_the_runbook_that_names_it(alarms: list[dict[str, Any]]) -> None:
    sections = re.split(r"^## ", (ROOT / RUNBOOK).read_text("utf-8"), flags=re.MULTILINE)[1:]
    texts = {slug(section.partition("\n")[0]): section for section in sections}
    for alarm in alarms:
        anchor = alarm["AlarmDescription"].rpartition(f"{RUNBOOK}#")[2]
        name = alarm["AlarmName"].removeprefix("ContactTransfer-local-")
        name = re.sub(r"^(events-failed|events-lost)-.*", r"\1-", name)  # one a rule
        assert anchor in texts, alarm["AlarmName"]
        assert f"`{name}" in texts[anchor], f"{alarm['AlarmName']} is not named in its section"


def test_every_alarm_rings_on_the_one_topic_and_is_let_in_by_its_name(
    assembly: Assembly, alarms: list[dict[str, Any]]
) -> None:
    (topic,) = assembly.of_type("SNS::Topic")
    for alarm in alarms:
        assert alarm["AlarmActions"] == [{"Ref": topic}]
        assert alarm["AlarmName"].startswith("ContactTransfer-local-")
        assert alarm["TreatMissingData"] == "notBreaching"


def test_the_topic_is_encrypted_and_cloudwatch_may_use_topic_and_key(assembly: Assembly) -> None:
    key = assembly.one("SNS::Topic")["KmsMasterKeyId"]["Fn::GetAtt"][0]
    statements = assembly.template["Resources"][key]["Properties"]["KeyPolicy"]["Statement"]
    (admitting,) = [s for s in statements if s["Principal"].get("Service") == "cloudwatch.amazonaws.com"]
    assert set(admitting["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}
    policy = assembly.one("SNS::TopicPolicy")["PolicyDocument"]["Statement"]
    allowed = [s for s in policy if s["Effect"] == "Allow"]
    assert [s["Principal"] for s in allowed] == [{"Service": "cloudwatch.amazonaws.com"}]
    assert any(s["Effect"] == "Deny" and s["Condition"] == {"Bool": {"aws:SecureTransport": "false"}} for s in policy)


def test_the_address_in_the_settings_is_subscribed(
    assembly: Assembly, synthesize: Callable[[str, Mapping[str, Any]], Assembly]
) -> None:
    arn = "arn:aws:connect:us-east-1:000000000000:instance/3f1c2b9e-5a7d-4c1e-9b60-8d2f4e6a7c11"
    made = synthesize("alarm-email", {"instanceArns": [arn], "alarmEmail": "centre@example.com"})
    assert made.one("SNS::Subscription")["Endpoint"] == "centre@example.com"
    assert made.one("SNS::Subscription")["Protocol"] == "email"
    assert not assembly.of_type("SNS::Subscription")


def test_the_dashboard_shows_metrics_that_exist(assembly: Assembly) -> None:
    body = assembly.one("CloudWatch::Dashboard")["DashboardBody"]
    parts = ["REFERENCE" if isinstance(part, dict) else part for part in body["Fn::Join"][1]]
    widgets = json.loads("".join(parts))["widgets"]
    shown = [m for w in widgets for m in w["properties"].get("metrics", []) if not isinstance(m[0], dict)]
    assert len(shown) > 30
    for namespace, metric, *rest in shown:
        names = [part for part in rest if not isinstance(part, dict)]
        dimensions = dict(zip(names[::2], names[1::2], strict=True))
        assert exists(namespace, metric, dimensions), (metric, dimensions)


def test_the_first_widgets_are_what_a_manager_asks_for(assembly: Assembly) -> None:
    body = assembly.one("CloudWatch::Dashboard")["DashboardBody"]
    parts = ["R" if isinstance(part, dict) else part for part in body["Fn::Join"][1]]
    titles = [w["properties"].get("title") for w in json.loads("".join(parts))["widgets"]]
    assert titles[1:5] == ["Transferred", "Failed", "Oldest request", "Share of the quota"]


def test_saved_queries_ask_for_keys_that_log_lines_have(assembly: Assembly) -> None:
    own = {
        "fields",
        "filter",
        "sort",
        "stats",
        "display",
        "limit",
        "by",
        "as",
        "asc",
        "desc",
        "or",
        "and",
        "in",
        "like",
        "message",
    }
    told = "".join(p.read_text("utf-8") for p in (ROOT / "lambda_src" / "contact_transfer").rglob("*.py"))
    for query in assembly.of_type("Logs::QueryDefinition").values():
        text = re.sub(r'"[^"]*"', "", query["Properties"]["QueryString"])
        made = set(re.findall(r"\bas (\w+)", text))
        words = set(re.findall(r"(?<![@\w(])[A-Za-z]\w*(?![\w(])", text)) - own - made - {"level", "m"}
        unknown = [word for word in words if not re.search(rf'["\s({{]{word}["=]', told)]
        assert not unknown, query["Properties"]["Name"]
        assert len(query["Properties"]["LogGroupNames"]) == len(assembly.of_type("Lambda::Function"))
