"""Sets the scene of a run in the simulated Amazon Connect: the instance, its flows, queues, agents and contacts; then what others do."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from local.connect.model import Connect
from local.connect.seed import SeedData, seed
from local.virtual.cloud import BEGINS
from tests.simulation.scenario import INSTANCE, INSTANCE_ARN, Ask, Doing, Request, Scenario

_NOWHERE = "00000000-0000-4000-8000-000000000000"


class Stage:
    """``contacts``: the ids by number. ``done``: how often others did what, to what they could do it to."""

    def __init__(self, connect: Connect, scenario: Scenario) -> None:
        self._connect = connect
        self._scenario = scenario
        connect.add_instance(INSTANCE_ARN)
        self.data: SeedData = seed(connect, INSTANCE)
        self.contacts: list[str] = []
        self.done: Counter[str] = Counter()
        for kind in scenario.contacts:
            self.contacts.append(self._contact(kind))
        connect.set_switches(**dict(scenario.switches))
        for flow, course, queue in scenario.courses:
            connect.others.set_course(self.data.flows[flow], course, queue_id=queue and self.data.queues[queue])
        for operation, rate, burst in scenario.quotas:
            connect.set_quota(operation, rate, burst)
        for fault in scenario.connect_faults:
            connect.add_fault(fault)
        for doing in scenario.doings:
            self._plan(doing)
        if scenario.active_tasks is not None:
            self._limit_tasks(*scenario.active_tasks)

    def _limit_tasks(self, until: float, tasks: int) -> None:
        self._connect.set_active_task_quota(INSTANCE, tasks)
        self._connect.store.due.at(BEGINS + until, lambda: self._connect.set_active_task_quota(INSTANCE, 2500))

    def _contact(self, kind: str) -> str:
        if kind == "unknown":
            return self._connect.store.new_id()
        if kind.startswith("chain"):
            return self._chain(int(kind.removeprefix("chain")))
        if kind.startswith("sibling"):
            return self._start("StartTaskContact", PreviousContactId=self.contacts[int(kind.removeprefix("sibling"))])
        self._connect.others.replicate(INSTANCE, "us-west-2" if kind == "elsewhere" else None)
        contact = self._start({"email": "StartEmailContact", "chat": "StartChatContact"}.get(kind, "StartTaskContact"))
        if kind == "ended":
            self._connect.others.end(contact)
        if kind == "linked":
            self._connect.others.link_task(contact)
        return contact

    def _start(self, operation: str, **more: str) -> str:
        inbound = self.data.flows["Inbound"]
        asked: dict[str, Any] = {"InstanceId": INSTANCE, "ContactFlowId": inbound, "Name": "a case", **more}
        if operation == "StartChatContact":
            asked["ParticipantDetails"] = {"DisplayName": "somebody"}
        if operation == "StartEmailContact":
            asked["FromEmailAddress"] = {"EmailAddress": "from@example.com"}
            asked["DestinationEmailAddress"] = "to@example.com"
        return str(self._connect.call(operation, **asked)["ContactId"])

    def _chain(self, length: int) -> str:
        contact = self._start("StartTaskContact")
        for _ in range(length):
            self._connect.others.transfer(contact, queue_id=self.data.queues["Support"])
            contact = self._connect.history.transfers[-1].new
        return contact

    def _plan(self, doing: Doing) -> None:
        at, others = BEGINS + doing.at, self._connect.others
        if doing.what in ("archive", "restore"):
            self.done[doing.what] += 1
            others.archive_flow(self.data.flows["Move to queue"], archived=doing.what == "archive", at=at)
            return
        contact = self.contacts[doing.contact]
        if contact not in self._connect.store.contacts:
            return
        self._connect.store.due.at(at, lambda: self._count(doing.what, contact))
        if doing.what == "end":
            others.end(contact, at=at)
        elif doing.what == "transfer":
            others.transfer(contact, queue_id=self.data.queues[doing.queue or "Support"], at=at)
        elif doing.what == "link":
            others.link_task(contact, at=at)
        else:
            others.pause(contact, at=at)

    def _count(self, what: str, contact: str) -> None:
        self.done[what] += self._connect.store.contacts[contact].active

    def target(self, request: Request) -> tuple[str, str, str | None, str | None]:
        """Contact, flow, queue and user of a request, as ids."""
        queue = None if request.queue is None else self.data.queues.get(request.queue, _NOWHERE)
        user = None if request.user is None else self.data.users.get(request.user, _NOWHERE)
        return self.contacts[request.contact], self.data.flows.get(request.flow, _NOWHERE), queue, user

    def message(self, ask: Ask) -> str:
        """The text of the message that an ask sends."""
        request = self._scenario.requests[ask.request]
        if ask.form != "event" or request.body is not None:
            return self.body(request, ask.form)
        replayed = {} if ask.replay is None else {"replay-name": ask.replay}
        envelope = {
            "version": "0",
            "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._scenario.seed} {ask.request} {ask.event}")),
            "detail-type": "Contact Transfer Requested",
            "source": "shop",
            "account": "000000000000",
            "region": "us-east-1",
            "resources": [],
        }
        return json.dumps(envelope | replayed | {"detail": self._fields(request, "bare")})

    def body(self, request: Request, form: str) -> str:
        """A request's text by itself: ``bare``, or with ids as ARNs."""
        return request.body if request.body is not None else json.dumps(self._fields(request, form))

    def _fields(self, request: Request, form: str) -> dict[str, Any]:
        contact, flow, queue, user = self.target(request)
        arn = INSTANCE_ARN + "/{}/{}" if form == "arn" else "{1}"
        if form == "capitals":
            contact, flow, queue = contact.upper(), flow.upper(), queue and queue.upper()
        fields: dict[str, Any] = {
            "contactId": arn.format("contact", contact),
            "contactFlowId": arn.format("contact-flow", flow),
        }
        if queue is not None:
            fields["queueId"] = arn.format("queue", queue)
        if user is not None:
            fields["userId"] = arn.format("agent", user)
        if request.request_id is not None:
            fields["requestId"] = request.request_id
        if request.route is not None:
            fields["route"] = request.route
        if request.expires_in is not None:
            fields["expiresAt"] = datetime.fromtimestamp(BEGINS + request.expires_in, UTC).isoformat()
        return fields | dict(request.extra)
