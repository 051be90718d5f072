"""EventBridge Scheduler: one-time schedules of one group, each fired once or, rarely, twice, within a minute of its time.

Source: "Schedule types" (precision), "What is EventBridge Scheduler" (at least once). What it does with a time that has passed is
not documented; here such a schedule never fires (assumed), so that a worker that relies on it loses a request and is found out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from botocore.exceptions import ClientError

from local.virtual.loop import Loop

#: Seconds around the time of a schedule within which it fires: the minute that holds it may have begun before.
EARLIEST, LATEST = -30.0, 60.0
LARGEST_INPUT_BYTES = 256 * 1024
#: Seconds after which a schedule may fire a second time.
_AGAIN = 300.0


@dataclass(frozen=True)
class Schedule:
    """A schedule as it was made. Times in epoch seconds."""

    name: str
    at: float
    made: float
    queue_arn: str
    body: str


class Scheduler:
    """``pending`` by name; ``made`` are all that ever were. ``send``: puts a body into the queue of an ARN.

    ``late``: more seconds until one fires; ``twice``: whether one fires again.
    """

    def __init__(self, loop: Loop, random: Random, send: Callable[[str, str], None]) -> None:
        self._loop = loop
        self._random = random
        self._send = send
        self.pending: dict[str, Schedule] = {}
        self.made: list[Schedule] = []
        self.late: Callable[[], float] = lambda: 0.0
        self.twice: Callable[[], bool] = lambda: False

    @property
    def left(self) -> int:
        """How many schedules will still fire."""
        return sum(one.at > one.made for one in self.pending.values())

    def create(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """CreateSchedule. Raise ``ClientError`` ConflictException when the name is taken."""
        name, target = asked["Name"], asked["Target"]
        if name in self.pending:
            raise _error("ConflictException", 409)
        if len(target["Input"].encode()) > LARGEST_INPUT_BYTES or asked["ActionAfterCompletion"] != "DELETE":
            raise _error("ValidationException", 400)
        at = datetime.strptime(asked["ScheduleExpression"], "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC).timestamp()
        schedule = Schedule(name, at, self._loop.now, target["Arn"], target["Input"])
        self.pending[name] = schedule
        self.made.append(schedule)
        if at > self._loop.now:
            self._loop.at(at + self._random.uniform(EARLIEST, LATEST) + self.late(), self._fire, schedule)
        return {"ScheduleArn": _arn(asked["GroupName"], name)}

    def get(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """GetSchedule. Raise ``ClientError`` ResourceNotFoundException."""
        if asked["Name"] not in self.pending:
            raise _error("ResourceNotFoundException", 404)
        return {"Arn": _arn(asked["GroupName"], asked["Name"]), "Name": asked["Name"]}

    def _fire(self, schedule: Schedule) -> None:
        self.pending.pop(schedule.name, None)
        self._send(schedule.queue_arn, schedule.body)
        if self.twice():
            self._loop.after(self._random.random() * _AGAIN, self._send, schedule.queue_arn, schedule.body)


def _arn(group: str, name: str) -> str:
    return f"arn:aws:scheduler:us-east-1:000000000000:schedule/{group}/{name}"


def _error(code: str, status: int) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Scheduler")
