"""The requests that EventBridge Scheduler holds, read from the deployment's schedule group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from contact_transfer.request.envelope import MalformedMessage, open_body
from contact_transfer.request.parser import Refused, read_request
from transfers_cli.deployment import Deployment

_EXPRESSION = "at(%Y-%m-%dT%H:%M:%S)"


@dataclass(frozen=True)
class HeldRequest:
    """A request that is held. ``until``: epoch seconds. ``public``: its name and fields, as far as they can be read."""

    until: float
    public: Mapping[str, Any]
    queue_arn: str
    body: str
    schedule: str

    @property
    def queue(self) -> str:
        """The name of the queue that it goes to."""
        return self.queue_arn.rpartition(":")[2]


def schedule_names(found: Deployment, wanted: Callable[[str], bool] = lambda _name: True) -> Iterator[str]:
    """The names of the deployment's schedules that are ``wanted``: a call for every hundred schedules of the group."""
    pages = found.aws("scheduler").get_paginator("list_schedules")
    for page in pages.paginate(GroupName=found.settings.schedule_group_name):
        yield from (listed["Name"] for listed in page["Schedules"] if wanted(listed["Name"]))


def held_requests(found: Deployment, wanted: Callable[[str], bool] = lambda _name: True) -> Iterator[HeldRequest]:
    """Read the schedules whose names are ``wanted``, one call for each: their list has neither times nor requests."""
    for name in schedule_names(found, wanted):
        if held := held_request(found, name):
            yield held


def held_request(found: Deployment, schedule: str) -> HeldRequest | None:
    """What the schedule of that name holds; None when it has fired meanwhile."""
    scheduler, group = found.aws("scheduler"), found.settings.schedule_group_name
    try:
        return _read(found, scheduler.get_schedule(GroupName=group, Name=schedule))
    except scheduler.exceptions.ResourceNotFoundException:
        return None


def _read(found: Deployment, schedule: Mapping[str, Any]) -> HeldRequest:
    until = datetime.strptime(schedule["ScheduleExpression"], _EXPRESSION).replace(tzinfo=UTC).timestamp()
    body, queue_arn = schedule["Target"]["Input"], schedule["Target"]["Arn"]
    public: Mapping[str, Any] = {}
    try:
        opened = open_body(body)
        public = read_request(opened.fields, found.settings, opened.source).public()
    except Refused as refused:  # the settings have changed since it was held
        public = refused.known
    except MalformedMessage:
        pass  # it was not made by the worker
    return HeldRequest(until, public, queue_arn, body, schedule["Name"])


def send_now(found: Deployment, held: HeldRequest) -> bool:
    """Send what a schedule holds to its queue at once, and delete the schedule. False: it has fired by itself meanwhile.

    Only for requests that end when they arrive: the worker would hold any other one by the very same schedule.
    """
    scheduler, group = found.aws("scheduler"), found.settings.schedule_group_name
    lanes = ("TransferQueue", "UrgentQueue")
    url = next(found.output(f"{lane}Url") for lane in lanes if found.output(f"{lane}Arn") == held.queue_arn)
    found.aws("sqs").send_message(QueueUrl=url, MessageBody=held.body)
    try:
        scheduler.delete_schedule(GroupName=group, Name=held.schedule)
    except scheduler.exceptions.ResourceNotFoundException:
        return False
    return True
