"""What an earlier deployment of the same name has left: it blocks the next one, costs money, or holds requests and the ledger.

Queues, table and keys are kept when a stack is deleted, and a template may have kept them even when its first deployment failed.
Where the deployment's stack exists, what is there is its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from transfers_cli.deployment import PREFIX
from transfers_cli.doctor.finding import Finding, Subject, bad, good, look

_GUIDE = "docs/deployments.md tells how to take keys, queues and ledger over together, or to remove them together"
#: States of a stack after which CloudFormation takes no update: it must be deleted first.
_DEAD = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"})


def stack(subject: Subject) -> Iterator[Finding]:
    """No stack of that name stands in the way."""
    name, state = PREFIX + subject.name, _state(subject)
    if state in _DEAD:
        yield bad("stack", f"{name} is there, {state}", "Its events say why it failed. Delete it; then look again.")
    elif state is None:
        yield look("stack", "not deployed yet", "Deploy when the rest is good; what runs is checked without --before.")
    else:
        yield good("stack", f"{name} is deployed, {state}")


def queues(subject: Subject) -> Iterator[Finding]:
    """No queue is left. The transfer queue's name is fixed; the others' begin with the stack's and the construct's."""
    name = PREFIX + subject.name
    listed = _listed(subject.aws("sqs"), "list_queues", "QueueUrls", QueueNamePrefix=f"{name}-")
    found = [queue for queue in (url.rsplit("/", 1)[-1] for url in listed) if _left_of(name, queue)]
    do = f"See whether they hold requests; {_GUIDE}."
    yield _finding(subject, "queues left", found, f"A deployment fails on {name}-transfers. {do}")


def ledger(subject: Subject) -> Iterator[Finding]:
    """No ledger is left."""
    tables = _listed(subject.aws("dynamodb"), "list_tables", "TableNames")
    found = [table for table in tables if _left_of(PREFIX + subject.name, table)]
    why = "It knows what was transferred; a new, empty one does not, and would transfer it again"
    yield _finding(subject, "ledger left", found, f"{why}: {_GUIDE}.")


def keys(subject: Subject) -> Iterator[Finding]:
    """No key is left under the deployment's alias."""
    wanted = f"alias/{PREFIX}{subject.name}-queues"
    aliases = _listed(subject.aws("kms"), "list_aliases", "Aliases")
    found = [alias["AliasName"] for alias in aliases if alias["AliasName"] == wanted]
    yield _finding(subject, "keys left", found, f"A deployment fails on the alias, and a key costs money: {_GUIDE}.")


def log_groups(subject: Subject) -> Iterator[Finding]:
    """No log group is left: a stack removes its own."""
    prefix = f"/contact-transfer/{subject.name}/"
    groups = _listed(subject.aws("logs"), "describe_log_groups", "logGroups", logGroupNamePrefix=prefix)
    found = [group["logGroupName"] for group in groups]
    yield _finding(subject, "log groups left", found, "A deployment fails on their names: delete them.")


def bus(subject: Subject) -> Iterator[Finding]:
    """No event bus is left: a stack removes its own."""
    name = PREFIX + subject.name
    buses = subject.aws("events").list_event_buses(NamePrefix=name)["EventBuses"]
    found = [one["Name"] for one in buses if one["Name"] == name]
    yield _finding(subject, "event bus left", found, "A deployment fails on its name: delete it and its rules.")


def schedules(subject: Subject) -> Iterator[Finding]:
    """No schedule group is left: it is kept with the requests that it holds."""
    name = PREFIX + subject.name
    listed = _listed(subject.aws("scheduler"), "list_schedule_groups", "ScheduleGroups", NamePrefix=name)
    found = [group["Name"] for group in listed if group["Name"] == name]
    do = f"A deployment fails on its name. See whether it holds requests (transfers scheduled, or the console); {_GUIDE}."
    yield _finding(subject, "schedule group left", found, do)


CHECKS = (stack, queues, ledger, keys, log_groups, bus, schedules)


def _finding(subject: Subject, what: str, found: list[str], do: str) -> Finding:
    if not found:
        return good(what, "none")
    if _state(subject) not in {None, *_DEAD}:
        return good(what, "only the deployed stack's own")
    return bad(what, f"without their stack: {', '.join(sorted(found))}", do)


def _left_of(stack: str, name: str) -> bool:
    """Whether a name is this stack's: that of a deployment called NAME-eu also begins with the stack's of NAME."""
    return name == f"{stack}-transfers" or name.startswith(f"{stack}-ContactTransfer")


def _state(subject: Subject) -> str | None:
    name = PREFIX + subject.name
    try:
        return str(subject.aws("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "ValidationError":
            raise
        return None


def _listed(client: Any, operation: str, key: str, **given: str) -> Iterator[Any]:
    for page in client.get_paginator(operation).paginate(**given):
        yield from page.get(key, [])
