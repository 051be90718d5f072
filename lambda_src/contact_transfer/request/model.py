"""A transfer request as the rest of the service knows it: checked, with every id in its one spelling."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from contact_transfer.request import fields, identity
from contact_transfer.request.source import Source
from contact_transfer.request.timestamps import rfc3339

#: What the ledger's key says already.
_IN_THE_KEY = ("instanceId", "contactId")
#: In the snapshot of a request that moves another contact than the one it names: that one.
NAMED_CONTACT = "namedContactId"


@dataclass(frozen=True)
class TransferRequest:
    """One request: an attribute for each field, None when it was left out. Never both ``queue_id`` and ``user_id``.

    ``expires_at``, ``not_before`` and ``asked_at`` (when the message was sent) in epoch seconds. ``source`` and ``asked_at`` are no part of
    the request itself. ``named_contact_id``: the contact that the request names, where it moves another one (``moving``).
    """

    instance_id: str
    contact_id: str
    contact_flow_id: str
    queue_id: str | None = None
    user_id: str | None = None
    request_id: str | None = None
    expires_at: float | None = None
    reason: str | None = None
    route: str | None = None
    priority: str | None = None
    only_if_waiting: bool | None = None
    only_if_in_queue_id: str | None = None
    batch_id: str | None = None
    not_before: float | None = None
    follow: bool | None = None
    source: Source = dataclasses.field(default=Source.QUEUE, compare=False)
    asked_at: float | None = dataclasses.field(default=None, compare=False)
    named_contact_id: str | None = dataclasses.field(default=None, compare=False)

    def moving(self, contact_id: str) -> TransferRequest:
        """The same request, under the same name, moving another contact than the one that it names."""
        named = self.named_contact_id or self.contact_id
        return dataclasses.replace(self, contact_id=contact_id, named_contact_id=named)

    @cached_property
    def name(self) -> str:
        """What this request is called in the ledger, the events and the logs."""
        if self.request_id is not None:
            return identity.request_name(self.instance_id, self.request_id)
        return identity.transfer_name(self.named_contact_id or self.contact_id, self.fingerprint)

    @cached_property
    def fingerprint(self) -> str:
        """What is transferred where, in one word: two requests with one ``requestId`` must agree in it."""
        return identity.fingerprint(self._parameters(self.named_contact_id or self.contact_id))

    def _parameters(self, contact_id: str) -> dict[str, str]:
        given = {field.name: value for field, value in fields.values(self) if field.parameter}
        return given | {"contactId": contact_id}

    @cached_property
    def entry(self) -> str:
        """Under which the ledger keeps what it knows of this request and no other."""
        return self.name if self.request_id is None else identity.entry(self.name, self.fingerprint)

    @cached_property
    def client_token(self) -> str:
        """The ``ClientToken`` of TransferContact."""
        if self.named_contact_id is None:
            return identity.client_token(self.name, self.fingerprint)
        return identity.client_token(self.name, identity.fingerprint(self._parameters(self.contact_id)))

    @property
    def is_conditional(self) -> bool:
        """Whether the contact is transferred only while a condition holds; then an ended contact is no failure."""
        return bool(self.only_if_waiting) or self.only_if_in_queue_id is not None

    def public(self) -> dict[str, Any]:
        """The request's name and the fields that outcome events carry, by their public names."""
        given = {field.name: field.type.tell(value) for field, value in fields.values(self) if field.events}
        return {"requestName": self.name, **given}

    def snapshot(self) -> dict[str, str]:
        """What was asked, as the ledger keeps it: text by public names. ``from_snapshot`` reads it."""
        kept = {
            field.name: field.type.text(value) for field, value in fields.values(self) if field.name not in _IN_THE_KEY
        }
        kept["source"] = str(self.source)
        if self.named_contact_id is not None:
            kept[NAMED_CONTACT] = self.named_contact_id
        return kept if self.asked_at is None else {**kept, "askedAt": rfc3339(self.asked_at)}


def from_snapshot(snapshot: Mapping[str, str], event: str) -> dict[str, Any]:
    """What an event of the detail-type ``event`` carries of a request, from its snapshot."""
    known = {name: field for name, field in fields.FIELDS.items() if name in snapshot and event in field.events}
    return {name: field.type.tell(field.type.from_text(snapshot[name])) for name, field in known.items()}


def shown(snapshot: Mapping[str, str]) -> dict[str, str]:
    """What ``transfers status`` lists of a snapshot under the fields' own names."""
    return {name: snapshot[name] for name, field in fields.FIELDS.items() if field.shown and name in snapshot}
