"""Alarms, dashboard, topics and saved queries: each watches something that exists, and leads a person somewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer

from contact_transfer.observability.metrics import CLASS_DIMENSION, DIMENSIONS, NAMESPACE, WAITING, Metric, reasons
from contact_transfer.transfer.failure_codes import FailureClass
from contact_transfer.transfer.outcome import Cause
from contact_transfer_cdk.monitoring.alarms import slug
from contact_transfer_cdk.settings.alarm_settings import ALARM_NAMES
from contact_transfer_cdk.settings.deployment import load, parse
from transfers_cli.cost.model import idle
from transfers_cli.main import app

from .conftest import INSTANCE

if TYPE_CHECKING:
    from tests.infra.conftest import Assembly

ROOT = Path(__file__).resolve().parents[2]
#: Metrics of AWS's own that the stack uses, with their dimensions. Sources: the services' pages on CloudWatch metrics.
AWS_METRICS: Mapping[tuple[str, str], list[set[str]]] = {
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): [{"QueueName"}],
    ("AWS/SQS", "ApproximateNumberOfMessagesNotVisible"): [{"QueueName"}],
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): [{"QueueName"}],
    ("AWS/Lambda", "Invocations"): [{"FunctionName"}],
    ("AWS/Lambda", "Errors"): [{"FunctionName"}],
    ("AWS/Lambda", "Throttles"): [{"FunctionName"}],
    ("AWS/Lambda", "Duration"): [{"FunctionName"}],
    ("AWS/Lambda", "ConcurrentExecutions"): [{"FunctionName"}],
    ("AWS/Events", "FailedInvocations"): [{"RuleName"}, {"RuleName", "EventBusName"}],
    ("AWS/Events", "InvocationsFailedToBeSentToDlq"): [{"RuleName"}, {"RuleName", "EventBusName"}],
}
#: Each of these says that something has gone wrong. (A deferral by throttling is a throttled call, which is counted.)
FAILURES = {
    *((metric, "") for metric in (Metric.THROTTLED, Metric.UNCONFIRMED, Metric.LEDGER_CONFLICT, Metric.RETRIED)),
    *((Metric.FAILED, str(failure_class)) for failure_class in FailureClass),
    *((Metric.DEFERRED, str(cause)) for cause in set(Cause) - WAITING - {Cause.THROTTLED}),
}


@pytest.fixture
def alarms(assembly: Assembly) -> list[dict[str, Any]]:
    """Alarms on metrics."""
    return [resource["Properties"] for resource in assembly.of_type("CloudWatch::Alarm").values()]


@pytest.fixture
def notifying(alarms: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All alarms notify somebody."""
    return [alarm for alarm in alarms if alarm["AlarmActions"]]


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
    if metric == Metric.FAILED and set(reason) == {CLASS_DIMENSION}:
        return reason[CLASS_DIMENSION] in set(FailureClass)
    return not reason or (set(reason) == {own} and reason[own] in reasons(Metric(metric)))


def test_every_alarm_watches_a_metric_that_exists(alarms: list[dict[str, Any]]) -> None:
    missing = [a["AlarmName"] for a in alarms if not exists(a["Namespace"], a["MetricName"], given(a))]
    assert not missing
    assert len(alarms) > 20


def test_every_failure_metric_is_watched(alarms: list[dict[str, Any]]) -> None:
    watched = {
        (a["MetricName"], next((value for name, value in given(a).items() if name != "service"), ""))
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


def _sections() -> dict[str, str]:
    """The runbook's sections by anchor."""
    parts = re.split(r"^## ", (ROOT / "docs" / "runbook.md").read_text("utf-8"), flags=re.MULTILINE)[1:]
    return {slug(part.partition("\n")[0]): part for part in parts}


def _short(alarm: Mapping[str, Any]) -> str:
    """The name as pages give it: one for all rules."""
    name = str(alarm["AlarmName"]).removeprefix("ContactTransfer-local-")
    return re.sub(r"^(events-failed|events-lost)-.*", r"\1", name)


def test_every_alarms_text_says_what_to_do_and_ends_in_the_dashboards_address(notifying: list[dict[str, Any]]) -> None:
    end = "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#dashboards/dashboard/ContactTransfer-local"
    for alarm in notifying:
        text = alarm["AlarmDescription"]
        assert text.endswith(f" Dashboard: {end}"), text
        assert re.match(r"[A-Z].*\. What to do: [a-z].*\. Runbook section: ", text), text
        assert len(text) <= 1024
        [section] = re.findall(r'Runbook section: "(.*?)"', text)
        runbook = _sections()
        assert slug(section) in runbook, alarm["AlarmName"]
        assert f"`{_short(alarm)}" in runbook[slug(section)], f"{alarm['AlarmName']} is not named in its section"


def test_with_a_runbook_url_every_text_ends_in_its_section(
    synthesize: Callable[[str, Mapping[str, Any]], Assembly],
) -> None:
    url = "https://wiki.example.com/runbook"
    made = synthesize("runbook-url", {"instanceArns": [INSTANCE], "runbookUrl": url})
    anchors = {
        resource["Properties"]["AlarmDescription"].rpartition(f" Runbook: {url}#")[2]
        for kind in ("CloudWatch::Alarm",)
        for resource in made.of_type(kind).values()
    }
    assert len(anchors) > 10
    assert anchors <= set(_sections())


def test_every_command_in_an_alarms_text_exists(notifying: list[dict[str, Any]]) -> None:
    found = {
        command for alarm in notifying for command in re.findall(r"`(transfers [^`]*)`", alarm["AlarmDescription"])
    }
    assert found >= {"transfers watch --once", "transfers doctor", "transfers failed redrive"}
    for text in found:
        command: Any = typer.main.get_command(app)
        arguments = text.split()[1:]
        context = command.make_context("transfers", list(arguments))
        while isinstance(command, typer.core.TyperGroup):
            name, command, arguments = command.resolve_command(context, arguments)
            context = command.make_context(name, list(arguments), parent=context)


def test_every_alarm_notifies_the_topic_of_its_severity(assembly: Assembly, notifying: list[dict[str, Any]]) -> None:
    topics = {topic["Properties"]["TopicName"]: {"Ref": name} for name, topic in assembly.of_type("SNS::Topic").items()}
    page, ticket = topics["ContactTransfer-local-page"], topics["ContactTransfer-local-ticket"]
    rung = {_short(alarm): alarm["AlarmActions"] for alarm in notifying}
    assert all(actions in ([page], [ticket]) for actions in rung.values())
    waking = {name for name, actions in rung.items() if actions == [page]}
    assert waking >= {"requests-stuck", "requests-unread", "access-denied", "ledger-conflict", "worker-failing"}
    assert not waking & {"failed-producer", "failed-race", "dead-letters", "unconfirmed", "confirmation-errors"}
    for alarm in notifying:
        assert alarm["AlarmName"].startswith("ContactTransfer-local-")
        assert alarm.get("OKActions", alarm["AlarmActions"]) == alarm["AlarmActions"]


def test_missing_data_never_rings(alarms: list[dict[str, Any]]) -> None:
    assert {alarm["TreatMissingData"] for alarm in alarms} == {"notBreaching"}


def test_the_alarms_are_plain_ones_that_every_cloudformation_knows(assembly: Assembly) -> None:
    assert not assembly.of_type("CloudWatch::CompositeAlarm")


def test_the_end_of_a_burst_of_failures_is_not_notified(notifying: list[dict[str, Any]]) -> None:
    """The failed requests are still there."""
    for alarm in notifying:
        if alarm.get("MetricName") in {Metric.FAILED, Metric.UNCONFIRMED, Metric.LEDGER_CONFLICT}:
            assert "OKActions" not in alarm, alarm["AlarmName"]


def test_the_settings_can_adjust_every_alarm_and_no_other(notifying: list[dict[str, Any]]) -> None:
    of_a_sweep = {"sweep-errors", "sweep-throttled"}  # made where a route has a sweep: see test_sweeps
    assert {_short(alarm) for alarm in notifying} == ALARM_NAMES - of_a_sweep
    assert of_a_sweep <= ALARM_NAMES


def test_thresholds_switches_and_topics_are_the_deployments(
    synthesize: Callable[[str, Mapping[str, Any]], Assembly],
) -> None:
    page = "arn:aws:sns:us-east-1:000000000000:on-call"
    changes = {"requests-waiting": {"threshold": 7200}, "events-lost": {"enabled": False}}
    changes |= {"requests-unread": {"threshold": 1800}, "throttled": {"enabled": False}}
    made = synthesize("alarms-adjusted", {"instanceArns": [INSTANCE], "alarms": changes, "alarmTopics": {"page": page}})
    alarms = {
        alarm["Properties"]["AlarmName"]: alarm["Properties"] for alarm in made.of_type("CloudWatch::Alarm").values()
    }
    prefix = next(iter(alarms)).partition("requests-")[0]
    assert alarms[f"{prefix}requests-waiting"]["Threshold"] == 7200
    assert alarms[f"{prefix}requests-unread"]["Threshold"] == 1800
    assert alarms[f"{prefix}requests-unread"]["AlarmActions"] == [page]
    assert f"{prefix}worker-throttled" in alarms
    assert f"{prefix}throttled" not in alarms
    assert not any("events-lost" in name for name in alarms)
    assert made.one("SNS::Topic")["TopicName"].endswith("-ticket")


def test_the_topics_are_encrypted_and_cloudwatch_may_use_topic_and_key(assembly: Assembly) -> None:
    topics = assembly.of_type("SNS::Topic").values()
    [key] = {topic["Properties"]["KmsMasterKeyId"]["Fn::GetAtt"][0] for topic in topics}
    statements = assembly.template["Resources"][key]["Properties"]["KeyPolicy"]["Statement"]
    (admitting,) = [s for s in statements if s["Principal"].get("Service") == "cloudwatch.amazonaws.com"]
    assert set(admitting["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}
    policies = assembly.of_type("SNS::TopicPolicy").values()
    assert len(topics) == len(policies) == 2
    for policy in (one["Properties"]["PolicyDocument"]["Statement"] for one in policies):
        allowed = [s for s in policy if s["Effect"] == "Allow"]
        assert [s["Principal"] for s in allowed] == [{"Service": "cloudwatch.amazonaws.com"}]
        refused = [s["Condition"] for s in policy if s["Effect"] == "Deny"]
        assert {"Bool": {"aws:SecureTransport": "false"}} in refused


def test_the_address_in_the_settings_is_subscribed_to_both_topics(
    assembly: Assembly, synthesize: Callable[[str, Mapping[str, Any]], Assembly]
) -> None:
    arn = "arn:aws:connect:us-east-1:000000000000:instance/3f1c2b9e-5a7d-4c1e-9b60-8d2f4e6a7c11"
    made = synthesize("alarm-email", {"instanceArns": [arn], "alarmEmail": "centre@example.com"})
    subscribed = [one["Properties"] for one in made.of_type("SNS::Subscription").values()]
    assert {(one["Endpoint"], one["Protocol"]) for one in subscribed} == {("centre@example.com", "email")}
    assert len({json.dumps(one["TopicArn"]) for one in subscribed}) == len(subscribed) == 2
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
    shown = "".join(p.read_text("utf-8") for p in (ROOT / "lambda_src" / "contact_transfer").rglob("*.py"))
    for query in assembly.of_type("Logs::QueryDefinition").values():
        text = re.sub(r'"[^"]*"', "", query["Properties"]["QueryString"])
        made = set(re.findall(r"\bas (\w+)", text))
        words = set(re.findall(r"(?<![@\w(])[A-Za-z]\w*(?![\w(])", text)) - own - made - {"level", "m"}
        unknown = [word for word in words if not re.search(rf'["\s({{]{word}["=]', shown)]
        assert not unknown, query["Properties"]["Name"]
        assert len(query["Properties"]["LogGroupNames"]) == len(assembly.of_type("Lambda::Function"))
