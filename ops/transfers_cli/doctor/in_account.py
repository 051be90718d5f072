"""Checks of what AWS allows: the account's quota, and the key and the queues that EventBridge needs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from transfers_cli.deployment import Deployment
from transfers_cli.doctor.finding import Finding, Level, Subject, bad, good, look

_EVENTS = "events.amazonaws.com"
#: How the outputs of the lanes' queues begin.
_LANES = ("Transfer", "Urgent")


def quota(subject: Subject) -> Iterator[Finding]:
    """The account's quota of TransferContact carries the pace. Its name in Service Quotas is assumed to have the operation in it.

    Not verified on AWS.
    """
    what = "quota of TransferContact"
    pages = subject.aws("service-quotas").get_paginator("list_service_quotas").paginate(ServiceCode="connect")
    values = [
        one["Value"]
        for page in pages
        for one in page["Quotas"]
        if "TransferContact" in one["QuotaName"].replace(" ", "")
    ]
    if not values:
        yield Finding(
            Level.UNKNOWN,
            what,
            "Service Quotas lists none of that name",
            f"Look it up in the console: it must be {subject.pace:g} a second or more.",
        )
    elif min(values) < subject.pace:
        yield bad(
            what,
            f"{min(values):g} a second applied, transfersPerSecond is {subject.pace:g}",
            "Ask AWS for more in Service Quotas, or lower transfersPerSecond, and deploy.",
        )
    else:
        yield good(what, f"{min(values):g} a second applied, {subject.pace:g} used")


def event_bridge(subject: Subject) -> Iterator[Finding]:
    """The queues' key and the lanes' queues let EventBridge in for every rule that sends there."""
    found = subject.deployed
    by_lane = {lane: list(_rules(found, found.output(f"{lane}QueueArn"))) for lane in _LANES}
    rules = [rule for lane in by_lane.values() for rule in lane]
    key = ""
    for lane, own in by_lane.items():
        attributes = found.aws("sqs").get_queue_attributes(
            QueueUrl=found.output(f"{lane}QueueUrl"), AttributeNames=["KmsMasterKeyId", "Policy"]
        )["Attributes"]
        key = attributes.get("KmsMasterKeyId", "")
        policy = json.loads(attributes.get("Policy", "{}"))
        yield _admitted(f"{lane.lower()} queue", policy, {"sqs:SendMessage"}, own)
    policy = json.loads(found.aws("kms").get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    yield _admitted("queues' key", policy, {"kms:Decrypt", "kms:GenerateDataKey"}, rules)
    yield _rules_of_the_bus(found, rules)
    disabled = [rule["Name"] for rule in rules if rule.get("State") != "ENABLED"]
    if disabled:
        yield look("rules", f"disabled: {', '.join(disabled)}", "Enable them unless that is meant: events pass by.")
    else:
        yield good("rules", f"{len(rules)} enabled")


def _rules_of_the_bus(found: Deployment, rules: list[Mapping[str, Any]]) -> Finding:
    """Requests of both lanes and cancellations have a rule each on the deployment's bus."""
    wanted = {f"{found.prefix}-{name}" for name in ("requests", "urgent-requests", "cancellations")}
    missing = sorted(wanted - {rule["Name"] for rule in rules})
    if missing:
        return bad("rules of the bus", f"missing: {', '.join(missing)}", "Deploy again: such events go nowhere.")
    return good("rules of the bus", "requests, urgent requests and cancellations have one each")


def _rules(found: Deployment, queue: str) -> Iterator[Mapping[str, Any]]:
    """The rules that send to a queue: on the deployment's bus, and the routes on the default bus."""
    for rule in named_rules(found):
        if any(target["Arn"] == queue for target in rule["Targets"]):
            yield rule


def named_rules(found: Deployment) -> Iterator[Mapping[str, Any]]:
    """The deployment's rules with their targets, on its own bus and on the default one."""
    events = found.aws("events")
    for bus in (found.output("EventBusName"), "default"):
        for rule in events.list_rules(EventBusName=bus, NamePrefix=f"{found.prefix}-")["Rules"]:
            yield {**rule, "Targets": events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus)["Targets"]}


def rule_targets(found: Deployment) -> Iterator[Mapping[str, Any]]:
    """The targets of the deployment's rules: the routes among them say what they ask for."""
    for rule in named_rules(found):
        yield from rule["Targets"]


def _admitted(what: str, policy: Mapping[str, Any], actions: set[str], rules: list[Mapping[str, Any]]) -> Finding:
    admitting = [s for s in policy.get("Statement", []) if _admits(s, actions)]
    arns = {arn for statement in admitting for arn in _sources(statement)}
    outside = [rule["Name"] for rule in rules if "*" not in arns and rule["Arn"] not in arns]
    if not admitting or outside:
        seen = f"it does not let EventBridge in for {', '.join(outside) or 'any rule'}"
        return bad(what, seen, "Deploy again: without it events end in the dead-letter queue, or nowhere.")
    return good(what, "it lets EventBridge in for every rule")


def _admits(statement: Mapping[str, Any], actions: set[str]) -> bool:
    services = statement.get("Principal", {})
    named = _list(services.get("Service", [])) if isinstance(services, Mapping) else []
    return statement["Effect"] == "Allow" and _EVENTS in named and actions <= set(_list(statement["Action"]))


def _sources(statement: Mapping[str, Any]) -> list[str]:
    found = [
        arn
        for test in statement.get("Condition", {}).values()
        for key, value in test.items()
        if key.lower() == "aws:sourcearn"
        for arn in _list(value)
    ]
    return found or ["*"]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
