"""Sets the scene of a run in the simulated Amazon Connect: the instance, its flows, queues, agents and contacts; then what others do."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

from contact_transfer.request.event_types import CANCEL_REQUESTED, REQUESTED
from local.connect.model import Connect
from local.connect.seed import SeedData, seed
from local.virtual.cloud import BEGINS
from tests.simulation.scenario import INSTANCE, INSTANCE_ARN, Ask, Doing, Request, Scenario
from tests.simulation.written import Ids, fields, of_route


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
        self._connect.others.replicate(INSTANCE, "us-west-2" if kind == "elsewhere" else None)
        if kind == "unknown":
            return self._connect.store.new_id()
        if kind.startswith("chain"):
            return self._chain(int(kind.removeprefix("chain")))[-1]
        if kind.startswith("first"):
            return self._chain(int(kind.removeprefix("first")))[0]
        if kind == "branched":
            return self._branched()
        if kind.startswith("sibling"):
            return self._start("StartTaskContact", PreviousContactId=self.contacts[int(kind.removeprefix("sibling"))])
        contact = self._start({"email": "StartEmailContact", "chat": "StartChatContact"}.get(kind, "StartTaskContact"))
        others = self._connect.others
        if kind == "ended":
            others.end(contact)
        if kind == "linked":
            others.link_task(contact)
        if kind in ("waiting", "taken"):
            others.place(contact, queue_id=self.data.queues["Support"])
        if kind == "taken":
            others.place(contact, user_id=self.data.users["ana"])
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

    def _chain(self, length: int) -> list[str]:
        """A contact that agents have transferred so often, and its successors."""
        chain = [self._start("StartTaskContact")]
        for _ in range(length):
            self._connect.others.transfer(chain[-1], queue_id=self.data.queues["Support"])
            chain.append(self._connect.history.transfers[-1].new)
        return chain

    def _branched(self) -> str:
        """A contact that two agents have transferred at once, so that two active ones follow it."""
        contact = self._start("StartTaskContact")
        self._connect.set_switches(old_contact_active_for=0.1)
        for queue in ("Support", "Overflow"):
            self._connect.others.transfer(contact, queue_id=self.data.queues[queue])
        self._connect.set_switches(old_contact_active_for=0.0)
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
        self._connect.store.due.at(at, lambda: self._do(doing, contact))

    def _do(self, doing: Doing, contact: str) -> None:
        """Do it to the contact, or, where the last of its chain is meant, to that one."""
        store, others = self._connect.store, self._connect.others
        while doing.last and (next_one := self._following(contact)) is not None:
            contact = next_one
        self.done[doing.what] += store.contacts[contact].active
        queue = self.data.queues[doing.queue or "Support"]
        act: dict[str, Callable[[float], None]] = {
            "end": lambda at: others.end(contact, at=at),
            "transfer": lambda at: others.transfer(contact, queue_id=queue, at=at),
            "link": lambda at: others.link_task(contact, at=at),
            "pause": lambda at: others.pause(contact, at=at),
            "queue": lambda at: others.place(contact, queue_id=queue, at=at),
            "take": lambda at: others.place(contact, user_id=self.data.users["ben"], at=at),
        }
        act[doing.what](store.now())

    def _following(self, contact: str) -> str | None:
        made = (one.new for one in reversed(self._connect.history.transfers) if one.old == contact)
        return next(made, None)

    def target(self, request: Request) -> tuple[str, str, str | None, str | None]:
        """Contact, flow, queue and user of a request, as ids; a cancellation has none of them."""
        if request.cancels is not None:
            return "", "", None, None
        ids = self.ids
        return ids.contact(request), ids.flow(request), ids.queue(request), ids.user(request)

    @property
    def ids(self) -> Ids:
        """The ids of what the scenario names."""
        return Ids(self.data, self.contacts)

    def message(self, ask: Ask) -> str:
        """The text of the message that an ask sends."""
        request = self._scenario.requests[ask.request]
        if ask.form != "event" or request.body is not None:
            return self.body(request, ask.form)
        replayed = {} if ask.replay is None else {"replay-name": ask.replay}
        envelope = {
            "version": "0",
            "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._scenario.seed} {ask.request} {ask.event}")),
            "detail-type": REQUESTED if request.cancels is None else CANCEL_REQUESTED,
            "source": "shop",
            "account": "000000000000",
            "region": "us-east-1",
            "resources": [],
        }
        return json.dumps(envelope | replayed | of_route(request) | {"detail": fields(request, self.ids)})

    def body(self, request: Request, form: str) -> str:
        """A request's text by itself: ``bare``, or with ids in another form."""
        return request.body if request.body is not None else json.dumps(fields(request, self.ids, form))
