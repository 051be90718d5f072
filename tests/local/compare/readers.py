"""Reads a deployed resource back, in the words of its CloudFormation properties."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from local.aws import Aws
from tests.local.compare.read_data import READERS as DATA
from tests.local.compare.read_identity import READERS as IDENTITY
from tests.local.compare.read_messages import READERS as MESSAGES

Properties = Mapping[str, Any]
#: (emulator, physical id, the template's properties) -> the deployed properties, as far as the service's API shows them.
Reader = Callable[[Aws, str, Properties], dict[str, Any]]


def _function(aws: Aws, name: str, wanted: Properties) -> dict[str, Any]:
    del wanted
    found = aws.client("lambda").get_function_configuration(FunctionName=name)
    return {**found, "Tags": None}


def _mapping(aws: Aws, uuid: str, wanted: Properties) -> dict[str, Any]:
    found = aws.client("lambda").get_event_source_mapping(UUID=uuid)
    function = found["FunctionArn"]
    named = function if str(wanted.get("FunctionName", "")).startswith("arn:") else function.rsplit(":", 1)[-1]
    return {**found, "FunctionName": named, "Enabled": found["State"] in ("Enabled", "Enabling", "Creating")}


def _permission(aws: Aws, sid: str, wanted: Properties) -> dict[str, Any]:
    policy = json.loads(aws.client("lambda").get_policy(FunctionName=wanted["FunctionName"])["Policy"])
    found = [_statement(statement, wanted) for statement in policy["Statement"]]
    same = [one for one in found if one["Action"] == wanted["Action"] and one["SourceArn"] == wanted.get("SourceArn")]
    if not same:
        raise LookupError(f"no statement {sid} in the function's policy: it has {found}")
    return same[0]


def _statement(statement: Mapping[str, Any], wanted: Properties) -> dict[str, Any]:
    principal = statement["Principal"]
    conditions = {key: value for test in statement.get("Condition", {}).values() for key, value in test.items()}
    return {
        "Action": statement["Action"],
        "FunctionName": wanted["FunctionName"],
        "Principal": principal.get("Service", principal.get("AWS")) if isinstance(principal, dict) else principal,
        "SourceArn": conditions.get("AWS:SourceArn", conditions.get("aws:SourceArn")),
        "SourceAccount": conditions.get("AWS:SourceAccount", conditions.get("aws:SourceAccount")),
    }


def _alarm(aws: Aws, name: str, wanted: Properties) -> dict[str, Any]:
    del wanted
    answer = aws.client("cloudwatch").describe_alarms(AlarmNames=[name])
    return dict((answer["MetricAlarms"] + answer.get("CompositeAlarms", []))[0])


def _dashboard(aws: Aws, name: str, wanted: Properties) -> dict[str, Any]:
    del wanted
    answer = aws.client("cloudwatch").get_dashboard(DashboardName=name)
    return {"DashboardName": answer["DashboardName"], "DashboardBody": answer["DashboardBody"]}


def _association(aws: Aws, physical_id: str, wanted: Properties) -> dict[str, Any]:
    del aws, wanted  # start.py keeps the three parts as the physical id
    return dict(zip(("InstanceId", "IntegrationType", "IntegrationArn"), physical_id.split("|"), strict=True))


READERS: dict[str, Reader] = {
    **DATA,
    **IDENTITY,
    **MESSAGES,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::CompositeAlarm": _alarm,
    "AWS::CloudWatch::Dashboard": _dashboard,
    "AWS::Connect::IntegrationAssociation": _association,
    "AWS::Lambda::EventSourceMapping": _mapping,
    "AWS::Lambda::Function": _function,
    "AWS::Lambda::Permission": _permission,
}
