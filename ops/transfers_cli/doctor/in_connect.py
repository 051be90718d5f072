"""Checks of Amazon Connect: the instances, and the flows, queues and agents that the deployment names."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from contact_transfer.transfer.rules import FLOW_TYPES
from transfers_cli.doctor.finding import Finding, Subject, bad, good, look

#: Most of what is described here may be described twice a second by the whole account: half of that is left to the worker.
PAUSE_SECONDS = 1.0


def instances(subject: Subject) -> Iterator[Finding]:
    """Every instance answers and is active."""
    for instance in subject.instances:
        what = f"instance {instance.instance_id}"
        try:
            found = subject.aws("connect").describe_instance(InstanceId=instance.instance_id)["Instance"]
        except ClientError as error:
            if not missing(error):
                raise
            yield bad(what, "Connect does not know it in this account and Region", "Correct instanceArns, and deploy.")
            continue
        state = found.get("InstanceStatus")
        if state == "ACTIVE":
            yield good(what, f"reachable, {found.get('InstanceAlias') or 'without alias'}")
        else:
            yield bad(what, f"its status is {state}", "Wait until it is ACTIVE, or name another instance.")


def flows(subject: Subject) -> Iterator[Finding]:
    """The named flows exist, are of a type that transfers can start, are published and not archived."""
    named = sorted(subject.flows | {route.flow for route in subject.routes})
    if not subject.flows:
        yield look(
            "allowed flows",
            "all flows of the instances are allowed",
            "If only some are meant, name them in allowedContactFlowIds: the worker's role then names them, too.",
        )
    for flow in named:
        yield from _somewhere(subject, f"flow {flow}", "contact_flow", flow, _flow)


def queues(subject: Subject) -> Iterator[Finding]:
    """The named queues exist and are enabled."""
    for queue in sorted(subject.queues | {route.queue for route in subject.routes if route.queue}):
        yield from _somewhere(subject, f"queue {queue}", "queue", queue, _queue)


def users(subject: Subject) -> Iterator[Finding]:
    """The named agents exist."""
    for user in sorted(subject.users | {route.user for route in subject.routes if route.user}):
        yield from _somewhere(subject, f"agent {user}", "user", user, _user)


def routes(subject: Subject) -> Iterator[Finding]:
    """What routes transfer to is among what the deployment allows: otherwise every one of their requests fails."""
    for route in subject.routes:
        what = f"route {route.route}"
        named = ((route.flow, subject.flows), (route.queue, subject.queues), (route.user, subject.users))
        outside = [target for target, allowed in named if target and allowed and target not in allowed]
        if outside:
            yield bad(
                what,
                f"not allowed: {', '.join(outside)}",
                "Add it to the allowed lists or change the route, and deploy.",
            )
        else:
            yield good(what, "its flow and destination are allowed")


def _flow(what: str, answer: Any) -> Finding:
    flow = answer["ContactFlow"]
    if flow.get("Type") not in FLOW_TYPES:
        return bad(what, f"its type is {flow.get('Type')}", f"Name a flow of type {', '.join(FLOW_TYPES)}.")
    if flow.get("State") == "ARCHIVED":
        return bad(what, f"'{flow.get('Name')}' is archived", "Restore it in Connect, or name another.")
    if flow.get("Status") == "SAVED":
        return bad(what, f"'{flow.get('Name')}' was saved and never published", "Publish it in Connect.")
    return good(what, f"'{flow.get('Name')}', {flow.get('Type')}, published")


def _queue(what: str, answer: Any) -> Finding:
    queue = answer["Queue"]
    if queue.get("Status") == "DISABLED":
        return bad(what, f"'{queue.get('Name')}' is disabled", "Enable it in Connect, or name another.")
    return good(what, f"'{queue.get('Name')}'")


def _user(what: str, answer: Any) -> Finding:
    return good(what, f"'{answer['User'].get('Username')}'")


def _somewhere(subject: Subject, what: str, kind: str, name: str, read: Any) -> Iterator[Finding]:
    """Describe something in whichever of the instances knows it."""
    key = "".join(part.capitalize() for part in kind.split("_")) + "Id"
    for instance in subject.instances:
        time.sleep(PAUSE_SECONDS)  # the account's quota is shared with the worker
        try:
            answer = getattr(subject.aws("connect"), f"describe_{kind}")(InstanceId=instance.instance_id, **{key: name})
        except ClientError as error:
            if error.response["Error"]["Code"] == "ContactFlowNotPublishedException":
                yield bad(what, "it was never published", "Publish it in Connect.")
                return
            if not missing(error):
                raise
            continue
        yield read(what, answer)
        return
    yield bad(what, "no instance of the deployment knows it", "Correct its id, or make it in Connect; then deploy.")


def missing(error: ClientError) -> bool:
    """Connect says that there is no such thing: 404, or 400 for an id that cannot be one."""
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") in {400, 404} and "Throttl" not in str(
        error.response.get("Error", {}).get("Code")
    )
