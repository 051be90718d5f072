"""The real worker in a small world: simulated Connect over botocore, a virtual ledger, queues and a bus in memory, one clock.

Everything between the worker's handler and the wire is the product. Time passes only when somebody sleeps or waits.

| verb of ``World`` and ``Doors`` | what it does |
|---|---|
| ``contact``, ``request``, ``send`` | creates a contact; writes a request; sends it to a queue |
| ``transferred`` | all of these, and the transfer has happened |
| ``route``, ``flow_door``, ``flow_event`` | sends what a route's rule writes; the flow function, and an event for it |
| ``once``, ``settle`` | one invocation of the worker; invocations until no message is left |
| ``try_once``, ``carry_out`` | sends a request, and then one of these |
| ``receive``, ``invoke`` | the two halves of ``once``, for workers that overlap |
| ``new_worker``, ``new_confirmation`` | another execution environment of the function |
| ``lose`` | injects a fault of Connect: the call fails, or its answer is lost |
| ``interrupt`` | does something just before or after a call of the worker |
| ``killed`` | the worker dies at the nth call, and another environment takes its place |
| ``telling``, ``announced`` | the contact events that show an arrival; the outcome events, as the confirmation function gets them |
| ``deliver``, ``confirm`` | puts events into the confirmation queue; works on it |
| ``transfers``, ``calls``, ``codes``, ``dead``, ``published`` | what happened: in Connect, in the dead-letter queue, on the bus |
| ``item``, ``arrival``, ``document`` | what the ledger holds |
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from contact_transfer import bootstrap
from contact_transfer.config.worker_settings import Settings
from contact_transfer.messaging.batch import Batch
from contact_transfer.transfer.clock import Deadline, Randomness
from local.connect.model import Connect, Fault, FaultKind
from local.connect.seed import SeedData, seed
from tests.component.services import VISIBILITY, Bus, Message, Queues, Scheduler, Time
from tests.component.wire import connect_client
from tests.made_by_the_stack import made

INSTANCE_ARN = "arn:aws:connect:us-east-1:000000000000:instance/5f0c7e5e-3d0f-4b57-9f2e-0f6d5a9b1c11"
QUEUE_ARN = "arn:aws:sqs:us-east-1:000000000000:transfer"
TIMEOUT = 60.0


class Killed(BaseException):
    """The worker's process dies here. No ``except Exception`` may see it."""


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
        """A request to move a contact to the queue Billing, unless fields say otherwise; None leaves a field out."""
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
        # A mapping has one queue.
        visible = [message for message in visible if message.queue == visible[0].queue][:most]
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

    def try_once(self, contact_id: str, **given: Any) -> Message:
        """Send a request, and let the worker work once."""
        message = self.send(self.request(contact_id, **given))
        self.once()
        return message

    def carry_out(self, contact_id: str, **given: Any) -> Message:
        """Send a request, and let time pass until no message is left."""
        message = self.send(self.request(contact_id, **given))
        self.settle()
        return message

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

    def published(self, outcome: str) -> list[dict[str, Any]]:
        """Details of the events ``Succeeded`` or ``Failed``."""
        return [detail for kind, detail in self.bus.events if kind == f"Contact Transfer {outcome}"]
