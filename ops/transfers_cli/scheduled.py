"""``transfers scheduled``: the requests that EventBridge Scheduler holds until they are due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any

import typer

from contact_transfer.request.envelope import MalformedMessage, open_body
from contact_transfer.request.parser import Refused, read_request
from transfers_cli import options, say
from transfers_cli.deployment import Deployment, open_deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.listing import Listing

_EXPRESSION = "at(%Y-%m-%dT%H:%M:%S)"


@dataclass(frozen=True)
class HeldRequest:
    """A request that is held. ``until``: epoch seconds. ``queue``: the name of the queue that it goes to."""

    until: float
    request_name: str | None
    contact_id: str | None
    queue: str
    schedule: str


def held_requests(found: Deployment) -> Iterator[HeldRequest]:
    """Read the deployment's schedules, one call for each: their list has neither times nor requests."""
    scheduler, group = found.aws("scheduler"), found.settings.schedule_group_name
    for page in scheduler.get_paginator("list_schedules").paginate(GroupName=group):
        for listed in page["Schedules"]:
            try:
                yield _read(found, scheduler.get_schedule(GroupName=group, Name=listed["Name"]))
            except scheduler.exceptions.ResourceNotFoundException:
                continue  # it has fired meanwhile


def _read(found: Deployment, schedule: Mapping[str, Any]) -> HeldRequest:
    until = datetime.strptime(schedule["ScheduleExpression"], _EXPRESSION).replace(tzinfo=UTC).timestamp()
    public: Mapping[str, Any] = {}
    try:
        opened = open_body(schedule["Target"]["Input"])
        public = read_request(opened.fields, found.settings, opened.source).public()
    except Refused as refused:  # the settings have changed since it was held
        public = refused.known
    except MalformedMessage:
        pass  # it was not made by the worker
    queue = schedule["Target"]["Arn"].rpartition(":")[2]
    return HeldRequest(until, public.get("requestName"), public.get("contactId"), queue, schedule["Name"])


def scheduled(
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many schedules to read; each takes a call.")] = 100,
    deployment: options.DeploymentName = "",
    json: options.AsJson = False,
) -> None:
    """List the requests that are held until they are due: when, which request and contact, and to which queue.

    Those with `notBefore`, and those of routes with `afterMinutes`. Status 3: none is held.
    """
    found = open_deployment(deployment)
    read = list(islice(held_requests(found), limit + 1))
    listed, more = sorted(read[:limit], key=lambda one: one.until), len(read) > limit
    if json:
        say.as_json({**found.place, "scheduled": [_as_dict(one) for one in listed], "more": more})
    elif listed:
        rows = [(say.when(one.until), one.contact_id, one.request_name, one.queue) for one in listed]
        title = f"{say.count(len(rows), 'request')} held" + (", and more: give a higher --limit" if more else "")
        say.out.print(Listing(title, ("!due", "!contact", "!request", "!queue"), rows))
    if not listed:
        raise Stop("No request is held.", Exit.NOTHING)


def _as_dict(held: HeldRequest) -> dict[str, Any]:
    return {
        "due": say.when(held.until),
        "requestName": held.request_name,
        "contactId": held.contact_id,
        "queue": held.queue,
        "schedule": held.schedule,
    }
