"""A backlog of requests and their contacts, some of which cannot be transferred."""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random
from typing import Any

from local.connect.model import Connect
from local.connect.seed import seed

INSTANCE = "3f1c2b9e-5a7d-4c1e-9b60-8d2f4e6a7c11"
INSTANCE_ARN = f"arn:aws:connect:us-east-1:000000000000:instance/{INSTANCE}"
_FAILING = ("malformed", "chat", "nowhere")
_NOWHERE = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Mix:
    """The part of the requests that must fail (``failing``, up to 1): one in turn is malformed, is for a chat, names an unknown queue."""

    failing: float = 0.0


class Backlog:
    """So many ``requests``, and the contacts in the simulated Connect that they are about.

    Attributes:
        bodies: of the messages, in the order in which they are sent.
        contacts: of each, in the same order.
        failing: the bodies that must fail.
        transfer_calls: necessary calls of TransferContact: one for each request whose contact can be transferred, and for each
            that only Connect can refuse.
    """

    def __init__(self, connect: Connect, requests: int, mix: Mix, number: int) -> None:
        self._connect = connect
        random = Random(number)
        connect.add_instance(INSTANCE_ARN)
        connect.set_active_task_quota(INSTANCE, 10**9)
        self._data = seed(connect, INSTANCE)
        self.bodies: list[str] = []
        self.contacts: list[str] = []
        self.failing: set[str] = set()
        self.transfer_calls = 0
        failing = round(requests * mix.failing)
        kinds = [_FAILING[number % 3] for number in range(failing)] + ["good"] * (requests - failing)
        random.shuffle(kinds)
        for kind in kinds:
            self._add(kind)

    def _add(self, kind: str) -> None:
        contact = self._start("StartChatContact" if kind == "chat" else "StartTaskContact")
        queue = _NOWHERE if kind == "nowhere" else self._data.queues["Support"]
        body = json.dumps({"contactId": contact, "contactFlowId": self._data.flows["Move to queue"], "queueId": queue})
        if kind == "malformed":
            body = body[:-1]
        if kind != "good":
            self.failing.add(body)
        self.transfer_calls += kind in ("good", "nowhere")
        self.bodies.append(body)
        self.contacts.append(contact)

    def _start(self, operation: str) -> str:
        asked: dict[str, Any] = {
            "InstanceId": INSTANCE,
            "ContactFlowId": self._data.flows["Inbound"],
            "Name": "a case",
        }
        if operation == "StartChatContact":
            asked["ParticipantDetails"] = {"DisplayName": "somebody"}
        return str(self._connect.call(operation, **asked)["ContactId"])
