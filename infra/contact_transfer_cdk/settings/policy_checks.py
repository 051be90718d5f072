"""Policies that grow with the settings must fit into what AWS takes.

The queue of a lane names every rule of it and every producer; the key's and the bus's hold the same lists, and may be larger. The
worker's role names every flow of every instance; the CDK spreads its statements over as many policies as they need.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from contact_transfer.request.lanes import Lane
from contact_transfer_cdk.settings.model import DeploymentSettings
from contact_transfer_cdk.settings.route_checks import route_rule_name
from contact_transfer_cdk.words import counted

#: Source: Amazon SQS quotas, "Amazon SQS policy quotas".
POLICY_BYTES = 8192
#: The same page has 50; one stands for everybody, who must use TLS, and one is EventBridge.
MOST_PRODUCERS = 48
#: Of each lane, how its queue is called after the deployment, and the rules of the bus that send to it.
_NAMES = {Lane.NORMAL: ("transfers", ["requests"]), Lane.URGENT: ("urgent", ["urgent-requests", "cancellations"])}
_SEPARATOR = len('"",')
#: Of the ARNs in one statement: a managed policy, which one statement cannot outgrow, has at most 6,144 characters.
_STATEMENT_BYTES = 4500
#: A role has at most so many managed policies, and one of its own. Source: IAM quotas.
_MOST_STATEMENTS = 10


def complaints(settings: DeploymentSettings) -> Iterator[str]:
    """Everything that cannot work, a sentence each."""
    producers, routes = len(settings.producer_principals), len(settings.contact_routes)
    if producers > MOST_PRODUCERS:
        yield (
            f"'producerPrincipals' has {producers} entries and a queue's policy has room for {MOST_PRODUCERS} principals: name accounts"
            " instead of their roles and users, and let IAM policies there say who."
        )
    size = queue_policy_bytes(settings)
    if size > POLICY_BYTES:
        yield (
            f"The rules of {counted(routes, 'route')} and {producers} 'producerPrincipals' make a queue policy of {size:,} bytes and SQS"
            f" takes {POLICY_BYTES:,}: name accounts instead of their roles and users, or have fewer routes."
        )
    statements = len(flow_arns(settings))
    if statements > _MOST_STATEMENTS:
        yield (
            f"The {len(settings.allowed_contact_flow_ids)} 'allowedContactFlowIds' of {counted(len(settings.instances), 'instance')} take"
            f" {statements} IAM policies and a role has {_MOST_STATEMENTS}: name fewer flows, or make a deployment for each instance."
        )


def flow_arns(settings: DeploymentSettings) -> list[list[str]]:
    """The ARNs of the flows that the worker may use, in parts that fit into a statement each."""
    flows = sorted(settings.allowed_contact_flow_ids) or ["*"]
    parts: list[list[str]] = [[]]
    size = 0
    for arn in (instance.within("contact-flow", flow) for instance in settings.instances for flow in flows):
        size += len(arn) + _SEPARATOR
        if parts[-1] and size > _STATEMENT_BYTES:
            parts.append([])
            size = len(arn) + _SEPARATOR
        parts[-1].append(arn)
    return parts


def queue_policy_bytes(settings: DeploymentSettings) -> int:
    """Bytes of the largest policy of a lane's queue once its references are written out."""
    return max(len(json.dumps(_queue_policy(settings, lane), separators=(",", ":")).encode()) for lane in Lane)


def _queue_policy(settings: DeploymentSettings, lane: Lane) -> dict[str, Any]:
    """The policy as ``service.queues`` makes it. A test compares the two."""
    place, prefix = settings.place, settings.prefix
    queue_name, rule_names = _NAMES[lane]
    queue = place.arn("sqs", f"{prefix}-{queue_name}")
    rules = [
        *(f"{prefix}/{prefix}-{name}" for name in rule_names),
        *(route_rule_name(settings, route) for route in settings.contact_routes if route.lane is lane),
    ]
    root = f"arn:{place.partition}:iam::{'0' * 12}:root"
    senders = [root if name.isdigit() else name for name in settings.producer_principals]
    tls = {"Bool": {"aws:SecureTransport": "false"}}
    of_rules = {"ArnEquals": {"aws:SourceArn": [place.arn("events", f"rule/{rule}") for rule in rules]}}
    statements: list[dict[str, Any]] = [
        {"Action": "sqs:*", "Condition": tls, "Effect": "Deny", "Principal": {"AWS": "*"}, "Resource": queue},
        {
            "Action": "sqs:SendMessage",
            "Condition": of_rules,
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Resource": queue,
            "Sid": "EventBridgeRules",
        },
    ]
    if senders:
        actions = ["sqs:GetQueueUrl", "sqs:SendMessage"]
        sending = {"Action": actions, "Effect": "Allow", "Principal": {"AWS": senders}, "Resource": queue}
        statements.append({**sending, "Sid": "Producers"})
    return {"Statement": statements, "Version": "2012-10-17"}
