"""Three ways in which Amazon Connect might behave that nobody thought of when the probe was written, in front of the simulator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from local.connect.model import lifecycle
from tests.probe.draws import Stage
from transfers_cli.probe.answers import Answer, ClientWire


class NamesNobody(ClientWire):
    """A repeated token is answered 200 with the id of a contact that does not exist."""

    def __init__(self, made: Stage) -> None:
        super().__init__(made.client)
        self._made = made
        self._tokens: set[str] = set()

    def send(self, operation: str, asked: Mapping[str, Any]) -> Answer:
        """Send it, and change the second answer to a token."""
        answer = super().send(operation, asked)
        token = str(asked.get("ClientToken"))
        is_again = token in self._tokens and operation == "TransferContact"
        self._tokens.add(token)
        return replace(answer, body={"ContactId": self._made.connect.store.new_id()}) if is_again else answer


class Resurrects(ClientWire):
    """A contact that has ended is active again half a minute later, by what DescribeContact shows."""

    def __init__(self, made: Stage) -> None:
        super().__init__(made.client)
        self._made = made

    def send(self, operation: str, asked: Mapping[str, Any]) -> Answer:
        """Send it, and leave out an end that is older than half a minute."""
        answer = super().send(operation, asked)
        shown = dict(answer.body.get("Contact", {}))
        ended = shown.get("DisconnectTimestamp")
        if ended is None or self._made.clock.now - ended.timestamp() < 30:
            return answer
        del shown["DisconnectTimestamp"]
        return replace(answer, body={"Contact": shown})


class MakesTwins(ClientWire):
    """Each transfer makes a second contact, which no answer names."""

    def __init__(self, made: Stage) -> None:
        super().__init__(made.client)
        self._made = made

    def send(self, operation: str, asked: Mapping[str, Any]) -> Answer:
        """Send it; if it transfers, make the twin."""
        answer = super().send(operation, asked)
        store = self._made.connect.store
        old = store.contacts.get(str(asked.get("ContactId")))
        if operation == "TransferContact" and answer.is_success and old is not None:
            lifecycle.begin(store, old.instance, old.channel, lifecycle.Origin("TRANSFER", previous=old))
        return answer
