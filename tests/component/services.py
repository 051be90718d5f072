"""AWS services in memory, on one clock: queues, bus and scheduler, as the worker calls them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from jsonschema import Draft202012Validator

from contact_transfer.transfer.clock import Clock
from tools.schemas import FOLDER

if TYPE_CHECKING:
    from tests.component.world import World

START = 1_772_000_000.0
VISIBILITY = 360.0
_SCHEMAS = {
    f"Contact Transfer {outcome}": Draft202012Validator(json.loads((FOLDER / f"{outcome.lower()}.json").read_text()))
    for outcome in ("Succeeded", "Failed", "Skipped", "Cancelled", "Confirmed", "Unconfirmed")
}


@dataclass
class Time:
    """One clock for everybody."""

    now: float = START
    slept: float = 0.0

    def goes_on(self, seconds: float) -> None:
        self.now += seconds

    def sleep(self, seconds: float) -> None:
        self.goes_on(seconds)
        self.slept += seconds

    def clock(self) -> Clock:
        return Clock(now=lambda: self.now, monotonic=lambda: self.now, sleep=self.sleep)


@dataclass(eq=False)  # each is itself alone
class Message:
    """A message in the queue of a lane, ``transfer`` or ``urgent``."""

    message_id: str
    body: Any
    sent_at: float
    attributes: dict[str, Any] = field(default_factory=dict)
    visible_at: float = 0.0
    receives: int = 0
    first_received_at: float = 0.0
    queue: str = "transfer"

    def record(self) -> dict[str, Any]:
        return {
            "messageId": self.message_id,
            "receiptHandle": f"{self.message_id}/{self.receives}",
            "body": self.body,
            "attributes": {
                "ApproximateReceiveCount": str(self.receives),
                "SentTimestamp": str(round(self.sent_at * 1000)),
                "ApproximateFirstReceiveTimestamp": str(round((self.first_received_at or self.sent_at) * 1000)),
            },
            "messageAttributes": self.attributes,
            "eventSourceARN": f"arn:aws:sqs:us-east-1:000000000000:{self.queue}",
        }


class Queues:
    """The SQS client: the dead-letter queue takes messages, so do the lanes' queues; those change visibility."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self.waiting: list[Message] = []
        self.everything: list[Message] = []
        self.dead: list[dict[str, Any]] = []
        self.refuse: Exception | None = None
        self.refuse_visibility = False

    def send_message(self, **call: Any) -> dict[str, Any]:
        if self.refuse is not None:
            raise self.refuse
        if call["QueueUrl"].endswith("/dead"):
            self.dead.append(call)
            return {"MessageId": f"dead-{len(self.dead)}"}
        own = {
            name: {key[:1].lower() + key[1:]: part for key, part in value.items()}
            for name, value in call["MessageAttributes"].items()
        }
        return {"MessageId": self.add(call["MessageBody"], own, call["QueueUrl"].rpartition("/")[2]).message_id}

    def add(self, body: str, attributes: dict[str, Any], queue: str) -> Message:
        """A new message, to be received at once."""
        number = len(self.everything) + 1
        message = Message(f"m{number}", body, self._time.now, attributes, visible_at=self._time.now, queue=queue)
        self.waiting.append(message)
        self.everything.append(message)
        return message

    def get_queue_attributes(self, **call: Any) -> dict[str, Any]:
        name = call["QueueUrl"].rpartition("/")[2]
        own = [message for message in self.waiting if message.queue == name]
        visible = sum(message.visible_at <= self._time.now for message in own)
        counts = {"": visible, "NotVisible": len(own) - visible}
        return {"Attributes": {f"ApproximateNumberOfMessages{kind}": str(count) for kind, count in counts.items()}}

    def change_message_visibility_batch(self, **call: Any) -> dict[str, Any]:
        if self.refuse_visibility:
            return {"Failed": [{"Id": entry["Id"], "Code": "InternalError"} for entry in call["Entries"]]}
        for entry in call["Entries"]:
            message_id, receives = entry["ReceiptHandle"].split("/")
            for message in self.waiting:
                if (message.message_id, message.receives) == (message_id, int(receives)):
                    assert call["QueueUrl"].endswith(f"/{message.queue}")
                    message.visible_at = self._time.now + entry["VisibilityTimeout"]
        return {"Successful": call["Entries"]}


class Bus:
    """The EventBridge client."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.refuse = False

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - the API's name
        if self.refuse:
            return {"FailedEntryCount": len(Entries), "Entries": [{"ErrorCode": "InternalFailure"} for _ in Entries]}
        for entry in Entries:
            detail = json.loads(entry["Detail"])
            _SCHEMAS[entry["DetailType"]].validate(detail)
            self.events.append((entry["DetailType"], detail))
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "e"} for _ in Entries]}


class Scheduler:
    """The EventBridge Scheduler client. ``fire`` sends what is due, as a message of its own without attributes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.pending: dict[str, tuple[float, dict[str, Any]]] = {}
        self.refuse: Exception | None = None
        self.early = 0.0

    def create_schedule(self, **call: Any) -> dict[str, Any]:
        if self.refuse is not None:
            raise self.refuse
        if call["Name"] in self.pending:
            raise ClientError({"Error": {"Code": "ConflictException", "Message": "exists"}}, "CreateSchedule")
        at = datetime.strptime(call["ScheduleExpression"], "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC).timestamp()
        assert at > self._world.time.now, "what a schedule in the past does is not documented"
        self.pending[call["Name"]] = (at, call)
        return {"ScheduleArn": call["Name"]}

    def get_schedule(self, **call: Any) -> dict[str, Any]:
        if call["Name"] not in self.pending:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "none"}}, "GetSchedule")
        return {"Arn": call["Name"]}

    @property
    def held(self) -> dict[str, Any]:
        """The one schedule."""
        ((_, call),) = self.pending.values()
        return call

    @property
    def next(self) -> float:
        """When the next one fires; infinity when there is none."""
        return min((at for at, _ in self.pending.values()), default=float("inf")) - self.early

    def fire(self) -> None:
        """Send what is due, and forget its schedules."""
        for name, (at, call) in list(self.pending.items()):
            if at - self.early <= self._world.time.now:
                del self.pending[name]
                self._world.send(call["Target"]["Input"], to=call["Target"]["Arn"].rpartition(":")[2])
