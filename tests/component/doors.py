"""The small world with all its doors: a flow function, routes, and the confirmation function behind a queue of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from contact_transfer import bootstrap
from contact_transfer.config.function_settings import ConfirmSettings, FlowSettings
from contact_transfer.confirmation.confirmation import Confirmation
from contact_transfer.connect_flow.flow_function import FlowDoor
from contact_transfer.request.envelope import ROUTE_EVENTS
from contact_transfer.request.event_types import REQUESTED
from contact_transfer.transfer.clock import Randomness
from local.connect.model.events import ContactEvent
from tests.component.services import Message, Queues
from tests.component.world import INSTANCE_ARN, Tripwire, World

TELLING = {"QUEUED", "CONNECTED_TO_AGENT", "DISCONNECTED", "COMPLETED"}


class Doors(World):
    """``heard``: every contact event so far; ``contact_events``: the confirmation queue. ``within``: ``confirmWithinMinutes``."""

    def __init__(self, dynamodb: Any, within: float | None = None, **overrides: Any) -> None:
        super().__init__(dynamodb, **overrides)
        self.heard: list[ContactEvent] = []
        self.connect.store.listener = self.heard.append
        self.contact_events = Queues(self.time)
        self._delivered = 0
        self._within = within
        self._jitter = Random(5)  # noqa: S311 - jitter of a test world
        self.confirmation = self.new_confirmation()

    def transferred(self, **given: Any) -> str:
        """A contact for which a request was sent and carried out."""
        contact = self.contact()
        self.send(self.request(contact, **given))
        self.settle()
        assert [old for old, _ in self.transfers][-1] == contact
        return contact

    # -- confirmation --------------------------------------------------------------------------------------------

    def new_confirmation(self) -> Confirmation:
        """Another environment of the confirmation function."""
        settings = ConfirmSettings((INSTANCE_ARN,), "https://sqs/news", "bus", "ledger", self._within or 0)
        aws = {
            "dynamodb": Tripwire(self.dynamodb, self),
            "sqs": Tripwire(self.contact_events, self),
            "events": Tripwire(self.bus, self),
        }
        randomness = Randomness(random=self._jitter.random, new_id=lambda: "unused")
        return bootstrap.confirmation(settings.to_environment(), aws, self.time.clock(), randomness)

    def telling(self, contact_id: str | None = None) -> list[ContactEvent]:
        """The events heard that the confirmation's rule would take, perhaps of one contact only."""
        return [
            event
            for event in self.heard
            if event.type in TELLING
            and "previousContactId" in event.detail
            and contact_id in {None, event.detail["contactId"]}
        ]

    def deliver(self, events: Iterable[ContactEvent | dict[str, Any]]) -> None:
        """Put events, in this order, into the confirmation queue."""
        for event in events:
            self._delivered += 1
            envelope = event.envelope(f"e{self._delivered}") if isinstance(event, ContactEvent) else event
            self.contact_events.add(json.dumps(envelope), {}, "news")

    def announced(self) -> list[dict[str, Any]]:
        """What the rule for announced transfers takes: the successes on the deployment's bus."""
        time = self.heard[-1].envelope("x")["time"] if self.heard else "2026-02-25T06:40:00Z"
        return [
            {"source": "contact-transfer", "detail-type": "Contact Transfer Succeeded", "time": time, "detail": detail}
            for detail in self.published("Succeeded")
        ]

    def confirm(self, hours: float = 0.0) -> None:
        """Work on the confirmation queue: once, or until it is empty or ``hours`` are over."""
        end = self.time.now + hours * 3600
        while True:
            visible = [message for message in self.contact_events.waiting if message.visible_at <= self.time.now][:10]
            for message in visible:
                message.receives += 1
                message.visible_at = self.time.now + 180
            back = self.confirmation.carry_out([message.record() for message in visible])
            self.contact_events.waiting = [
                m for m in self.contact_events.waiting if m not in visible or m.message_id in back
            ]
            if not self.contact_events.waiting or self.time.now >= end:
                return
            self.time.now = max(self.time.now, min(m.visible_at for m in self.contact_events.waiting))
            if self.time.now > end:
                return

    # -- routes and flows ----------------------------------------------------------------------------------------

    def route(self, contact_id: str, name: str = "again", **given: Any) -> Message:
        """Send what a route's rule writes about an event of the contact."""
        request = self.request(contact_id, instanceId=INSTANCE_ARN, route=name, **given)
        return self.send({"detail-type": REQUESTED, "source": ROUTE_EVENTS, "detail": request})

    def flow_door(self, **overrides: Any) -> FlowDoor:
        """The flow function, in front of the lanes' queues of this world."""
        queues = {"transfer_queue_url": "https://sqs/transfer", "urgent_queue_url": "https://sqs/urgent"}
        settings = FlowSettings(**{"instance_arns": (INSTANCE_ARN,), **queues, **overrides})
        return bootstrap.flow_door(settings.to_environment(), {"sqs": _Sender(self)}, self.time.clock())

    def flow_event(self, contact_id: str, channel: str = "TASK", **parameters: Any) -> dict[str, Any]:
        """The event of a flow with the least that Connect promises to write."""
        contact = {"ContactId": contact_id, "Channel": channel, "InstanceARN": INSTANCE_ARN}
        return {"Details": {"ContactData": contact, "Parameters": parameters}, "Name": "ContactFlowEvent"}


class _Sender:
    def __init__(self, world: World) -> None:
        self._world = world

    def send_message(self, **call: Any) -> dict[str, Any]:
        if self._world.queue.refuse is not None:
            raise self._world.queue.refuse
        own = {
            name: {"stringValue": value["StringValue"], "dataType": value["DataType"]}
            for name, value in call["MessageAttributes"].items()
        }
        return {
            "MessageId": self._world.send(call["MessageBody"], call["QueueUrl"].rpartition("/")[2], **own).message_id
        }


NewDoors = Callable[..., Doors]
