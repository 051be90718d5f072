"""The real worker in a small world: simulated Connect over botocore, emulated DynamoDB, a queue and a bus in memory, one clock.

Everything between the worker's handler and the wire is the product; time passes only when somebody sleeps or waits.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from botocore.exceptions import ClientError
from jsonschema import Draft202012Validator

from contact_transfer import bootstrap
from contact_transfer.config.worker_settings import Settings
from contact_transfer.messaging.batch import Batch
from contact_transfer.transfer.clock import Clock, Deadline, Randomness
from local.connect.model import Connect, Fault, FaultKind
from local.connect.seed import SeedData, seed
from tests.component.wire import connect_client
from tests.made_by_the_stack import made
from tools.schemas import FOLDER

INSTANCE_ARN = "arn:aws:connect:us-east-1:000000000000:instance/5f0c7e5e-3d0f-4b57-9f2e-0f6d5a9b1c11"
QUEUE_ARN = "arn:aws:sqs:us-east-1:000000000000:transfer"
START = 1_772_000_000.0
TIMEOUT = 60.0
VISIBILITY = 360.0
_SCHEMAS = {
    f"Contact Transfer {outcome}": Draft202012Validator(json.loads((FOLDER / f"{outcome.lower()}.json").read_text()))
    for outcome in ("Succeeded", "Failed", "Skipped", "Cancelled", "Confirmed", "Unconfirmed")
}


class Killed(BaseException):
    """The worker's process dies here. No ``except Exception`` may see it."""


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
    def next(self) -> float:
        """When the next one fires; infinity when there is none."""
        return min((at for at, _ in self.pending.values()), default=float("inf")) - self.early

    def fire(self) -> None:
        """Send what is due, and forget its schedules."""
        for name, (at, call) in list(self.pending.items()):
            if at - self.early <= self._world.time.now:
                del self.pending[name]
                self._world.send(call["Target"]["Input"], to=call["Target"]["Arn"].rpartition(":")[2])


class Tripwire:
    """Wraps a client: kills the worker before or after its nth call, or loses the answer of one."""

    def __init__(self, client: Any, world: World) -> None:
        self._client = client
        self._world = world

    def __getattr__(self, name: str) -> Any:
        if name == "meta":
            return self._client.meta
        method: Callable[..., Any] = getattr(self._client, name)

        def call(**given: Any) -> Any:
            contact = given.get("ContactId", "")
            self._world.step(f"before {name}", contact)
            answer = method(**given)
            self._world.step(f"after {name}", contact)
            return answer

        return call


class World:
    """What a test sees: send requests, let time pass, look at what became of them."""

    def __init__(self, dynamodb: Any, **overrides: Any) -> None:
        self.time = Time()
        self.connect = Connect(lambda: self.time.now, Random(7))  # noqa: S311 - ids of a test world
        self.connect.add_instance(INSTANCE_ARN)
        self.instance_id = INSTANCE_ARN.rpartition("/")[2]
        self.seed: SeedData = seed(self.connect, self.instance_id)
        self.queue: Any = Queues(self.time)
        self.bus: Any = Bus()
        self.scheduler = Scheduler(self)
        self.dynamodb = dynamodb
        given: dict[str, Any] = {"instance_arns": (INSTANCE_ARN,), "ledger_table_name": "ledger"} | overrides
        self.settings = Settings(
            **made(
                transfer_queue_url="https://sqs/transfer",
                urgent_queue_url="https://sqs/urgent",
                dead_letter_queue_url="https://sqs/dead",
                event_bus_name="bus",
            )
            | given,
        )
        self.log: list[str] = []
        self.kill_at: int | None = None
        self._interrupts: list[tuple[str, Callable[[str], None], bool]] = []
        self._random = Random(11)  # noqa: S311 - jitter of a test world
        self.worker = self.new_worker()

    # -- the scene -----------------------------------------------------------------------------------------------

    def new_worker(self) -> Batch:
        """Another environment of the function."""
        aws = {
            "connect": Tripwire(connect_client(self.connect, self.time.goes_on), self),
            "dynamodb": Tripwire(self.dynamodb, self),
            "sqs": Tripwire(self.queue, self),
            "events": Tripwire(self.bus, self),
            "scheduler": Tripwire(self.scheduler, self),
        }
        randomness = Randomness(random=self._random.random, new_id=lambda: f"owner-{self._random.getrandbits(64):x}")
        environment = self.settings.to_environment()
        return bootstrap.batch(environment, aws=aws, clock=self.time.clock(), randomness=randomness)

    def interrupt(self, name: str, action: Callable[[str], None], *, once: bool = True) -> None:
        """Do something in the middle of the worker's work: at the step ``name``, with the contact of that call."""
        self._interrupts.append((name, action, once))

    def lose(self, kind: FaultKind, operation: str = "TransferContact", calls: int = 1) -> None:
        """Let something happen to the next calls of the operation."""
        self.connect.add_fault(Fault(kind, operation, calls=calls))

    def step(self, name: str, contact: str = "") -> None:
        self.log.append(name)
        for entry in [entry for entry in self._interrupts if entry[0] == name]:
            if entry[2]:
                self._interrupts.remove(entry)
            entry[1](contact)
        if self.kill_at is not None and len(self.log) > self.kill_at:
            self.kill_at = None
            raise Killed(name)

    def contact(self, operation: str = "StartTaskContact", **given: Any) -> str:
        """Start a contact and answer its id."""
        made = self.connect.call(
            operation,
            InstanceId=self.instance_id,
            **({"Name": "a task", "ContactFlowId": self.seed.flows["Inbound"]} | given),
        )
        return str(made["ContactId"])

    def request(self, contact_id: str, **given: Any) -> dict[str, Any]:
        """A request to move a contact to the queue Billing, unless told otherwise; None leaves a field out."""
        fields = {
            "contactId": contact_id,
            "contactFlowId": self.seed.flows["Move to queue"],
            "queueId": self.seed.queues["Billing"],
        } | given
        return {name: value for name, value in fields.items() if value is not None}

    def send(self, body: object, to: str = "transfer", **attributes: Any) -> Message:
        text = body if isinstance(body, str) else json.dumps(body)
        message: Message = self.queue.add(text, attributes, to)
        return message

    # -- the worker at work --------------------------------------------------------------------------------------

    def receive(self, most: int = 10) -> list[Message]:
        visible = [message for message in self.queue.waiting if message.visible_at <= self.time.now]
        visible = [message for message in visible if message.queue == visible[0].queue][
            :most
        ]  # a mapping has one queue
        for message in visible:
            message.receives += 1
            message.first_received_at = message.first_received_at or self.time.now
            message.visible_at = self.time.now + VISIBILITY
        return visible

    def invoke(self, messages: list[Message], worker: Batch | None = None) -> list[str]:
        """One invocation, with Lambda's rule for its answer."""
        deadline = Deadline(at=self.time.now + TIMEOUT, wall=self.time.now + TIMEOUT)
        back = (worker or self.worker).carry_out([message.record() for message in messages], deadline)
        self.queue.waiting = [m for m in self.queue.waiting if m not in messages or m.message_id in back]
        return back

    def once(self) -> list[str]:
        return self.invoke(self.receive())

    def settle(self, hours: float = 48.0) -> None:
        """Let time pass until no message is left, or ``hours`` are over."""
        end = self.time.now + hours * 3600
        while (self.queue.waiting or self.scheduler.pending) and self.time.now < end:
            visible = min((message.visible_at for message in self.queue.waiting), default=float("inf"))
            self.time.now = max(self.time.now, min(visible, self.scheduler.next))
            self.scheduler.fire()
            self.connect.tick()
            self.once()

    @contextmanager
    def killed(self, at: int) -> Iterator[None]:
        """The worker dies at the ``at``-th step of what happens inside."""
        self.log.clear()
        self.kill_at = at
        try:
            yield
        except Killed:
            self.worker = self.new_worker()
        finally:
            self.kill_at = None

    # -- what became of it ---------------------------------------------------------------------------------------

    def item(self, contact_id: str) -> dict[str, Any]:
        """The contact's document in the ledger."""
        return self.document(f"contact#{self.instance_id}#{contact_id}")

    def arrival(self, contact_id: str) -> dict[str, Any]:
        """The document about the arrival of the contact that a transfer of this one made."""
        return self.document(f"arrival#{self.instance_id}#{contact_id}")

    def document(self, key: str) -> dict[str, Any]:
        """A document of the ledger; empty when there is none."""
        item = self.dynamodb.get_item(TableName="ledger", Key={"pk": {"S": key}}).get("Item")
        return dict(json.loads(item["document"]["S"])) if item else {}

    @property
    def transfers(self) -> list[tuple[str, str]]:
        """Old and new contact of each transfer that the worker made."""
        return [(made.old, made.new) for made in self.connect.history.transfers if made.by == "TransferContact"]

    def calls(self, operation: str) -> int:
        return sum(call.operation == operation for call in self.connect.history.calls)

    @property
    def dead(self) -> list[dict[str, str]]:
        """The string attributes of each parked message."""
        return [
            {name: value.get("StringValue", "") for name, value in parked["MessageAttributes"].items()}
            for parked in self.queue.dead
        ]

    @property
    def codes(self) -> list[str]:
        return [parked.get("FailureCode", "") for parked in self.dead]

    def told(self, outcome: str) -> list[dict[str, Any]]:
        """Details of the events ``Succeeded`` or ``Failed``."""
        return [detail for kind, detail in self.bus.events if kind == f"Contact Transfer {outcome}"]
