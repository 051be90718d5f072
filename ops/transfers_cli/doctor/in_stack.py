"""Checks of the stack as it runs: its state, the mapping, the function in the instances, the alarms' readers, what waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from transfers_cli.alarms import own_alarms
from transfers_cli.deployment import Deployment
from transfers_cli.doctor.finding import Finding, Subject, bad, good, look


def stack(subject: Subject) -> Iterator[Finding]:
    """CloudFormation finished what it began."""
    found = subject.deployed
    if found.status.endswith("_COMPLETE") and "ROLLBACK" not in found.status:
        yield good("stack", found.status)
    else:
        yield bad("stack", f"its status is {found.status}", "See the stack's events in CloudFormation; deploy again.")


def mapping(subject: Subject) -> Iterator[Finding]:
    """The worker is fed from both lanes: each mapping is on, answers for single messages, and has as many workers as the pace counts on."""
    found = subject.deployed
    for what, seen in zip(("worker", "worker, urgent lane"), found.mappings, strict=True):
        yield _fed(found, what, seen)


def _fed(found: Deployment, what: str, seen: Mapping[str, Any]) -> Finding:
    workers = found.settings.maximum_concurrency
    concurrency = seen.get("ScalingConfig", {}).get("MaximumConcurrency")
    if seen["State"] not in {"Enabled", "Enabling"}:
        return look(
            what, f"paused: its mapping is {seen['State']}", "Start it again when the time has come: transfers resume."
        )
    if "ReportBatchItemFailures" not in seen.get("FunctionResponseTypes", []):
        return bad(
            what, "its mapping does not take partial answers: one failure repeats a whole batch", "Deploy again."
        )
    if concurrency != workers:
        return bad(what, f"{concurrency} run at once and each takes 1/{workers} of the quota", "Deploy again.")
    return good(
        what, f"fed by its queue, {workers} at once, {found.settings.transfers_per_second:g} transfers a second"
    )


def flow_function(subject: Subject) -> Iterator[Finding]:
    """The flow function is associated with every instance, so that flows can choose it."""
    found = subject.deployed
    wanted = found.output("FlowFunctionArn")
    for instance in subject.instances:
        pages = found.aws("connect").get_paginator("list_lambda_functions").paginate(InstanceId=instance.instance_id)
        what = f"flow function in {instance.instance_id}"
        if any(wanted in page["LambdaFunctions"] for page in pages):
            yield good(what, "associated")
        else:
            yield bad(what, "not associated: flows cannot invoke it", "Deploy again; the stack makes the association.")


def alarms(subject: Subject) -> Iterator[Finding]:
    """Somebody hears the alarms, on every topic that they notify, and none rings."""
    found = subject.deployed
    own = dict(own_alarms(found))
    for topic in sorted({action for alarm in own.values() for action in alarm.get("AlarmActions", [])}):
        yield _readers(found, topic)
    ringing = sorted(name for name, alarm in own.items() if alarm.get("StateValue") == "ALARM")
    if ringing:
        yield bad("alarms", f"ringing: {', '.join(ringing)}", "Each alarm's text names its section of docs/runbook.md.")
    else:
        yield good("alarms", f"none of {len(own)} rings")


def _readers(found: Deployment, topic: str) -> Finding:
    name = topic.rpartition(":")[2]
    what = f"readers of {name}"
    if not name.startswith(f"{found.prefix}-"):
        return good(what, "a topic of your own, which its owner answers for")
    pages = found.aws("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    subscribed = [one for page in pages for one in page["Subscriptions"]]
    pending = [one["Endpoint"] for one in subscribed if one["SubscriptionArn"] == "PendingConfirmation"]
    if not subscribed:
        return look(what, "nobody", "Set alarmEmail and deploy, or subscribe to the topic yourself.")
    if pending:
        return bad(what, f"not confirmed: {', '.join(pending)}", "Follow the link in the e-mail from AWS.")
    return good(what, f"{len(subscribed)} subscribed")


def waiting(subject: Subject) -> Iterator[Finding]:
    """Yield one finding, which is good if no failed message waits for a person."""
    failed = sum(subject.deployed.queue("DeadLetterQueueUrl", "ApproximateNumberOfMessages").values())
    if failed:
        yield look("dead-letter queue", f"{failed} failed requests wait", "See them: transfers failed ls.")
    else:
        yield good("dead-letter queue", "empty")
