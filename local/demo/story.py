"""What the demonstration sends: every kind of transfer, every fault, and every failure that a producer can cause."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass

from contact_transfer.transfer.outcome import FailureCode
from local.cloud import LocalCloud
from local.demo.contacts import Contacts
from local.demo.request import Request
from local.demo.settings import UNKNOWN_FLOW, UNKNOWN_QUEUE

THROTTLED_CALLS = 5


@dataclass
class Story:
    """Builds the requests; making one also makes its contact and puts its fault in force."""

    cloud: LocalCloud

    def __post_init__(self) -> None:
        self.contacts = Contacts(self.cloud)
        self.flows: dict[str, str] = self.cloud.seed["flows"]
        self.queues: dict[str, str] = self.cloud.seed["queues"]
        self.users: dict[str, str] = self.cloud.seed["users"]
        several = len(self.cloud.instance_arns) > 1
        self._instance = {"instanceId": self.cloud.instance_id} if several else {}

    def transfers(self) -> list[Request]:
        """Return transfers of every kind, one of them twice, from two sources at once."""
        agent = {**self._instance, "contactFlowId": self.flows["Move to agent"], "userId": self.users["ana"]}
        email = {**self._instance, "contactId": self.contacts.email(), "contactFlowId": self.flows["Move to queue"]}
        alone = {**self._instance, "contactId": self.contacts.task(), "contactFlowId": self.flows["Inbound"]}
        twin = self._task(requestId="demo-twin")
        return [
            Request("a task to a queue", "queue", self._task()),
            Request("a task to an agent", "queue", {"contactId": self.contacts.task(), **agent}),
            Request("an e-mail to a queue", "bus", {**email, "queueId": self.queues["Support"]}),
            Request("a flow only", "bus", alone),
            Request("ids given as ARNs", "bus", self._task(queueId=self._arn("queue", self.queues["Support"]))),
            self.ending_in_its_flow(),
            Request("one request from two sources", "queue", twin),
            Request("  its duplicate", "bus", twin, duplicate=True),
            *self.further_instances(),
        ]

    def further_instances(self) -> list[Request]:
        """Return a transfer in each instance but the first."""
        requests = []
        for number, arn in enumerate(self.cloud.instance_arns[1:], 2):
            seed = self.cloud.seeds[arn]
            goal = {"contactFlowId": seed["flows"]["Move to queue"], "queueId": seed["queues"]["Billing"]}
            body = {"instanceId": arn, "contactId": self.contacts.task(arn), **goal}
            requests.append(Request(f"a task of instance {number}", "queue", body))
        return requests

    def without_code(self) -> list[Request]:
        """Return what flows ask for, and what routes ask for by themselves; one of them is set off by its own transfer."""
        expired, looping = (self._task(queueId=self.queues[name]) for name in ("Support", "Overflow"))
        step = {
            "updatedProperties": ["RoutingCriteria.Step.Status"],
            "routingCriteria": {"steps": [{"status": "EXPIRED"}]},
        }
        announced = {
            "do": "announce",
            "contact_id": expired["contactId"],
            "event_type": "CONTACT_DATA_UPDATED",
            "extra": step,
        }
        placed = {"do": "place", "contact_id": looping["contactId"], "queue_id": self.queues["Overflow"]}
        loop = Request("queued in Overflow", "route", looping, cause=placed)
        return [
            Request("asked by the task's own flow", "flow", self._task(reason="asked by a flow")),
            Request("a flow with a bad parameter", "flow", self._task(queueID="q"), code=FailureCode.INVALID_FIELD),
            Request("a routing step expired", "route", expired, cause=announced),
            loop,
            Request("  set off by its own transfer", "route", {}, code=FailureCode.ROUTE_LIMIT_REACHED, follows=loop),
        ]

    def ending_in_its_flow(self) -> Request:
        """Return a transfer that Connect takes, and whose flow then ends the new contact."""
        self.cloud.control.others("set_course", resource_id=self.users["ben"], course="fails")
        agent = {**self._instance, "contactFlowId": self.flows["Move to agent"], "userId": self.users["ben"]}
        return Request("accepted, ended by its flow", "queue", {"contactId": self.contacts.task(), **agent})

    def faults(self) -> list[Request]:
        """Return transfers that meet a fault of Connect: a lost answer, server errors, throttled calls."""
        control = self.cloud.control
        lost, error, in_doubt = (self._task() for _ in range(3))
        control.add_fault("lost-reset", operation="TransferContact", contact_id=lost["contactId"], calls=1)
        control.add_fault("internal-error", operation="TransferContact", contact_id=error["contactId"], calls=1)
        control.add_fault("lost-503", operation="TransferContact", contact_id=in_doubt["contactId"], calls=1)
        return [
            Request("answer lost, effect not", "queue", lost),
            Request("HTTP 500, nothing was done", "queue", error),
            Request("HTTP 503, though it was done", "bus", in_doubt),
        ]

    def throttled(self) -> list[Request]:
        """Return transfers of the throttled phase: the next calls to transfer are refused with 429."""
        self.cloud.control.add_fault("throttle", operation="TransferContact", calls=THROTTLED_CALLS)
        return [Request(f"throttled phase, {number} of 4", "queue", self._task()) for number in range(1, 5)]

    def refused(self) -> list[Request]:
        """Return a request for every failure that a producer can cause, but for the one that takes a minute."""
        c, make = FailureCode, self._refusal
        wrong_instance = self.cloud.instance_arns[0].rsplit("/", 1)[0] + f"/{uuid.uuid4()}"
        ended, music = self.contacts.ended(), self.flows["Queue music"]
        return [
            Request("no JSON", "queue", "please transfer my task", code=c.MALFORMED_MESSAGE),
            make(c.INVALID_FIELD, "a misspelt field", queueID=self.queues["Billing"]),
            make(c.BOTH_DESTINATIONS, "queue and agent", userId=self.users["ben"]),
            make(c.INSTANCE_NOT_ALLOWED, "another instance", instanceId=wrong_instance),
            make(c.FLOW_NOT_ALLOWED, "a flow not on the list", contactFlowId=self.flows["Campaign"]),
            make(c.DESTINATION_NOT_ALLOWED, "a queue not on the list", queueId=self.queues["Supervisors"]),
            make(c.UNSUPPORTED_CHANNEL, "a phone call", contactId=self.contacts.voice()),
            make(c.UNSUPPORTED_FLOW_TYPE, "a customer queue flow", contactFlowId=music),
            make(c.FLOW_NOT_USABLE, "a flow never published", contactFlowId=self.flows["Draft"]),
            make(c.FLOW_NOT_USABLE, "an archived flow", contactFlowId=self.flows["Retired"], door="bus"),
            make(c.FLOW_NOT_FOUND, "an unknown flow", contactFlowId=UNKNOWN_FLOW),
            make(c.DESTINATION_NOT_FOUND, "an unknown queue", queueId=UNKNOWN_QUEUE),
            make(c.CONTACT_NOT_ACTIVE, "a contact that has ended", contactId=ended, door="bus"),
            make(c.TRANSFER_LIMIT_REACHED, "a twelfth transfer", contactId=self.contacts.worn_out()),
            make(c.REQUEST_EXPIRED, "a request from last year", expiresAt="2025-01-01T00:00:00Z"),
        ]

    def unknown_contact(self) -> list[Request]:
        """Return a request that is refused after a minute only: a contact that was just created may not show before."""
        return [self._refusal(FailureCode.CONTACT_NOT_FOUND, "an unknown contact", contactId=str(uuid.uuid4()))]

    def afterthoughts(self, twin: Request) -> list[Request]:
        """Return requests that come back after the first was done: as it was, and with other parameters."""
        body = twin.body if isinstance(twin.body, dict) else {}
        other = {**body, "queueId": self.queues["Overflow"]}
        return [
            Request("  and again, much later", "queue", body, duplicate=True),
            Request("  same name, another queue", "bus", other, code=FailureCode.IDEMPOTENCY_MISMATCH, duplicate=True),
        ]

    def _task(self, **fields: str) -> dict[str, str]:
        return {"contactId": self.contacts.task(), **self._destination(), **fields}

    def _refusal(self, code: FailureCode, what: str, door: str = "queue", **fields: str) -> Request:
        known = {"contactId": fields["contactId"]} if "contactId" in fields else {}
        body = self._task(**fields) if not known else {**self._destination(), **fields}
        return Request(what, door, body, code=code)

    def _destination(self) -> dict[str, str]:
        return {**self._instance, "contactFlowId": self.flows["Move to queue"], "queueId": self.queues["Billing"]}

    def _arn(self, kind: str, id_: str) -> str:
        return f"{self.cloud.instance_arns[0]}/{kind}/{id_}"


def send(cloud: LocalCloud, requests: list[Request]) -> None:
    """Ask through each request's door: SendMessage, PutEvents, a flow's invocation; or let happen what sets off a route."""
    for request in requests:
        if request.door == "flow" and isinstance(request.body, dict):
            of_the_event = ("contactId", "instanceId")  # a flow's parameters name neither
            parameters = {name: value for name, value in request.body.items() if name not in of_the_event}
            answer = cloud.invoke_flow(request.contact_id, **parameters)
            request.rejected = answer if answer["status"] == "REJECTED" else {}
            continue
        if request.door == "route":
            if request.cause:
                cloud.control.others(**request.cause)
            continue
        text = request.body if isinstance(request.body, str) else json.dumps(request.body)
        if request.door == "queue":
            answer = cloud.client("sqs").send_message(QueueUrl=cloud.outputs["TransferQueueUrl"], MessageBody=text)
            request.sent_as = answer["MessageId"]
            continue
        entry = {
            "Source": "demo",
            "DetailType": "Contact Transfer Requested",
            "Detail": text,
            "EventBusName": cloud.outputs["EventBusName"],
        }
        request.sent_as = cloud.client("events").put_events(Entries=[entry])["Entries"][0]["EventId"]
