"""Checks of what AWS allows: the account's quota, the worker's role, the key and the queue that EventBridge needs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from transfers_cli.deployment import Deployment
from transfers_cli.doctor.finding import Finding, Level, Subject, bad, good, look

_EVENTS = "events.amazonaws.com"


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


def role(subject: Subject) -> Iterator[Finding]:
    """The worker's role may make its calls (as IAM simulates it; policies of the organization may still deny)."""
    found = _found(subject)
    principal = str(found.worker["Role"])
    denied: list[str] = []
    for resource, actions in _needed(subject, found).items():
        answer = found.aws("iam").simulate_principal_policy(
            PolicySourceArn=principal, ActionNames=actions, ResourceArns=[resource]
        )
        denied += [
            f"{one['EvalActionName']} on {resource}"
            for one in answer["EvaluationResults"]
            if one["EvalDecision"] != "allowed"
        ]
    if denied:
        yield bad(
            "worker's role",
            f"denied: {'; '.join(denied)}",
            "Deploy again; if that does not help, see who changed the role.",
        )
    else:
        yield good("worker's role", "may make every call it must")


def _needed(subject: Subject, found: Deployment) -> dict[str, list[str]]:
    """Actions by resource; contacts and flows stand for all when they cannot be named."""
    table = found.worker_arn("dynamodb", f"table/{found.output('LedgerTableName')}")
    bus = found.worker_arn("events", f"event-bus/{found.output('EventBusName')}")
    dead = found.queue_arn(found.output("DeadLetterQueueUrl"))
    needed = {
        table: ["dynamodb:GetItem", "dynamodb:PutItem"],
        bus: ["events:PutEvents"],
        dead: ["sqs:SendMessage"],
    }
    for lane in ("TransferQueueArn", "UrgentQueueArn"):
        needed[found.output(lane)] = [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ChangeMessageVisibility",
            "sqs:SendMessage",
        ]
    for instance in subject.instances:
        needed[f"{instance.text}/contact/any"] = [
            "connect:TransferContact",
            "connect:DescribeContact",
            "connect:ListAssociatedContacts",
        ]
        needed[instance.text] = ["connect:TransferContact"]
        for flow in sorted(subject.flows) or ["any"]:
            needed[f"{instance.text}/contact-flow/{flow}"] = ["connect:TransferContact", "connect:DescribeContactFlow"]
    return needed


def event_bridge(subject: Subject) -> Iterator[Finding]:
    """The queues' key and the transfer queue let EventBridge in for every rule that sends there."""
    found = _found(subject)
    rules = list(_rules(found))
    attributes = found.aws("sqs").get_queue_attributes(
        QueueUrl=found.output("TransferQueueUrl"), AttributeNames=["KmsMasterKeyId", "Policy"]
    )["Attributes"]
    key = attributes.get("KmsMasterKeyId", "")
    policy = json.loads(found.aws("kms").get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    yield _admitted("queues' key", policy, {"kms:Decrypt", "kms:GenerateDataKey"}, rules)
    yield _admitted("transfer queue", json.loads(attributes.get("Policy", "{}")), {"sqs:SendMessage"}, rules)
    disabled = [rule["Name"] for rule in rules if rule.get("State") != "ENABLED"]
    if disabled:
        yield look("rules", f"disabled: {', '.join(disabled)}", "Enable them unless that is meant: events pass by.")
    else:
        yield good("rules", f"{len(rules)} enabled")


def _rules(found: Deployment) -> Iterator[Mapping[str, Any]]:
    """The rules that send to the transfer queue: on the deployment's bus, and the routes on the default bus."""
    events, queue = found.aws("events"), found.output("TransferQueueArn")
    for bus in (found.output("EventBusName"), "default"):
        for rule in events.list_rules(EventBusName=bus, NamePrefix=f"{found.prefix}-")["Rules"]:
            targets = events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus)["Targets"]
            if any(target["Arn"] == queue for target in targets):
                yield {**rule, "Targets": targets}


def rule_targets(found: Deployment) -> Iterator[Mapping[str, Any]]:
    """The targets of those rules."""
    for rule in _rules(found):
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


def _found(subject: Subject) -> Deployment:
    if subject.found is None:
        raise LookupError("the stack is not deployed")
    return subject.found
