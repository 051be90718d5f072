"""Reads queues, buses, rules, archives, topics and schedule groups back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local.aws import Aws

Properties = Mapping[str, Any]


def _queue(aws: Aws, url: str, wanted: Properties) -> dict[str, Any]:
    del wanted
    found = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return {**found, "QueueName": found["QueueArn"].rsplit(":", 1)[-1]}


def _queue_policy(aws: Aws, physical_id: str, wanted: Properties) -> dict[str, Any]:
    del physical_id
    urls, policy = wanted["Queues"], "{}"
    for url in urls:
        answer = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
        policy = answer.get("Attributes", {}).get("Policy", "{}")
    return {"Queues": urls, "PolicyDocument": json.loads(policy)}


def _bus(aws: Aws, name: str, wanted: Properties) -> dict[str, Any]:
    del wanted
    return dict(aws.client("events").describe_event_bus(Name=name))


def _bus_policy(aws: Aws, physical_id: str, wanted: Properties) -> dict[str, Any]:
    del physical_id
    policy = json.loads(aws.client("events").describe_event_bus(Name=wanted["EventBusName"]).get("Policy") or "{}")
    sid = wanted["StatementId"]
    statement = next((s for s in policy.get("Statement", []) if s.get("Sid") == sid), None)
    return {"EventBusName": wanted["EventBusName"], "StatementId": statement and sid, "Statement": statement}


def _rule(aws: Aws, name: str, wanted: Properties) -> dict[str, Any]:
    place = {"EventBusName": wanted["EventBusName"]} if "EventBusName" in wanted else {}
    name = name.rsplit("|", 1)[-1]
    events = aws.client("events")
    targets = events.list_targets_by_rule(Rule=name, **place)["Targets"]
    return {**events.describe_rule(Name=name, **place), "Targets": targets}


def _archive(aws: Aws, name: str, wanted: Properties) -> dict[str, Any]:
    del wanted
    found = aws.client("events").describe_archive(ArchiveName=name)
    return {**found, "SourceArn": found["EventSourceArn"]}


def _topic(aws: Aws, arn: str, wanted: Properties) -> dict[str, Any]:
    del wanted
    sns = aws.client("sns")
    found = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    subscriptions = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    return {**found, "TopicName": arn.rsplit(":", 1)[-1], "Subscription": subscriptions}


def _topic_policy(aws: Aws, physical_id: str, wanted: Properties) -> dict[str, Any]:
    del physical_id
    arn = wanted["Topics"][0]
    policy = aws.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"].get("Policy", "{}")
    return {"Topics": wanted["Topics"], "PolicyDocument": json.loads(policy)}


def _subscription(aws: Aws, arn: str, wanted: Properties) -> dict[str, Any]:
    del arn
    found = aws.client("sns").list_subscriptions_by_topic(TopicArn=wanted["TopicArn"])["Subscriptions"]
    return dict(next((s for s in found if s["Endpoint"] == wanted["Endpoint"]), {}))


def _schedule_group(aws: Aws, name: str, wanted: Properties) -> dict[str, Any]:
    del wanted
    return dict(aws.client("scheduler").get_schedule_group(Name=name))


READERS = {
    "AWS::Events::Archive": _archive,
    "AWS::Events::EventBus": _bus,
    "AWS::Events::EventBusPolicy": _bus_policy,
    "AWS::Events::Rule": _rule,
    "AWS::Scheduler::ScheduleGroup": _schedule_group,
    "AWS::SNS::Subscription": _subscription,
    "AWS::SNS::Topic": _topic,
    "AWS::SNS::TopicPolicy": _topic_policy,
    "AWS::SQS::Queue": _queue,
    "AWS::SQS::QueuePolicy": _queue_policy,
}
