"""Checks of roles: what the worker, EventBridge Scheduler and the sweep function may do, as IAM simulates it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from botocore.exceptions import ClientError

from transfers_cli.deployment import Deployment
from transfers_cli.doctor.finding import Finding, Subject, bad, good, look
from transfers_cli.doctor.in_account import named_rules

_SWEEP = "SweepFunction"
_LANES = ("TransferQueueArn", "UrgentQueueArn")
#: As when the worker hands EventBridge Scheduler the role of its schedules; no other permission depends on it.
_PASSED_TO = {
    "ContextKeyName": "iam:PassedToService",
    "ContextKeyType": "string",
    "ContextKeyValues": ["scheduler.amazonaws.com"],
}


def role(subject: Subject) -> Iterator[Finding]:
    """The worker's role may make its calls (policies of the organization may still deny)."""
    found = subject.deployed
    yield _may_call(found, "worker's role", str(found.worker["Role"]), _needed(subject, found))


def schedules(subject: Subject) -> Iterator[Finding]:
    """Requests for later have a schedule group, and a role that may send them to either queue."""
    found = subject.deployed
    group = found.settings.schedule_group_name
    try:
        state = found.aws("scheduler").get_schedule_group(Name=group).get("State")
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "ResourceNotFoundException":
            raise
        state = "gone"
    if state != "ACTIVE":
        yield bad("schedule group", f"{group} is {str(state).lower()}", "Deploy again: no request can be held.")
    else:
        yield good("schedule group", f"{group} is active")
    needed = {found.output(lane): ["sqs:SendMessage"] for lane in _LANES}
    yield _may_call(found, "scheduler's role", found.settings.schedule_role_arn, needed)


def sweeps(subject: Subject) -> Iterator[Finding]:
    """The function that sweeping routes invoke may search contacts and send requests."""
    found = subject.deployed
    rules = [rule for rule in named_rules(found) if any(target["Id"] == _SWEEP for target in rule["Targets"])]
    if not rules:
        yield good("sweep function", "no route sweeps")
        return
    [arn] = {target["Arn"] for rule in rules for target in rule["Targets"] if target["Id"] == _SWEEP}
    principal = str(found.aws("lambda").get_function_configuration(FunctionName=arn)["Role"])
    needed = {instance.text: ["connect:SearchContacts"] for instance in subject.instances}
    needed |= {found.output(lane): ["sqs:SendMessage"] for lane in _LANES}
    yield _may_call(found, "sweep function's role", principal, needed)
    disabled = [rule["Name"] for rule in rules if rule.get("State") != "ENABLED"]
    if disabled:
        yield look("sweep rules", f"disabled: {', '.join(disabled)}", "Enable them unless that is meant.")
    else:
        yield good("sweep rules", f"{len(rules)} enabled")


def _may_call(found: Deployment, what: str, principal: str, needed: Mapping[str, list[str]]) -> Finding:
    """Whether a role may make all its calls. ``needed``: actions by resource."""
    denied: list[str] = []
    for resource, actions in needed.items():
        answer = found.aws("iam").simulate_principal_policy(
            PolicySourceArn=principal, ActionNames=actions, ResourceArns=[resource], ContextEntries=[_PASSED_TO]
        )
        denied += [
            f"{one['EvalActionName']} on {resource}"
            for one in answer["EvaluationResults"]
            if one["EvalDecision"] != "allowed"
        ]
    if denied:
        remedy = "Deploy again; if that does not help, see who changed the role."
        return bad(what, f"denied: {'; '.join(denied)}", remedy)
    return good(what, "may make every call it must")


def _needed(subject: Subject, found: Deployment) -> dict[str, list[str]]:
    """Actions by resource; contacts and flows stand for all when they cannot be named."""
    table = found.worker_arn("dynamodb", f"table/{found.output('LedgerTableName')}")
    bus = found.worker_arn("events", f"event-bus/{found.output('EventBusName')}")
    dead = found.queue_arn(found.output("DeadLetterQueueUrl"))
    group = found.settings.schedule_group_name
    needed = {
        found.worker_arn("scheduler", f"schedule/{group}/any"): ["scheduler:CreateSchedule", "scheduler:GetSchedule"],
        found.settings.schedule_role_arn: ["iam:PassRole"],
        table: ["dynamodb:GetItem", "dynamodb:PutItem"],
        bus: ["events:PutEvents"],
        dead: ["sqs:SendMessage"],
    }
    calls = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility", "SendMessage")
    needed |= {found.output(lane): [f"sqs:{call}" for call in calls] for lane in _LANES}
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
