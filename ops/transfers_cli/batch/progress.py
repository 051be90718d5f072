"""How far a batch is: what the ledger, the schedules and the queues say."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from contact_transfer.ledger.records import Contact
from contact_transfer.messaging.schedules import may_hold
from contact_transfer.request.model import NAMED_CONTACT
from transfers_cli import say
from transfers_cli.deployment import Deployment
from transfers_cli.held import schedule_names
from transfers_cli.ledger import LedgerReader
from transfers_cli.status.states import RequestState, State, state_of

_MESSAGES = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
_WORDS: Mapping[State, str] = {
    State.TRANSFERRED: "transferred",
    State.SKIPPED: "skipped",
    State.FAILED: "failed",
    State.CANCELLED: "cancelled",
    State.TRANSFERRED_BY_OTHER: "transferred by another request",
    State.UNDER_WAY: "under way",
    State.IN_DOUBT: "in doubt",
    State.DEFERRED: "deferred",
}


@dataclass(frozen=True)
class BatchProgress:
    """What is known of a batch.

    ``states``: its requests that work has begun on. ``why``: codes of failures and reasons of skips. ``held``: its requests that
    EventBridge Scheduler keeps. ``in_queues``: messages of the lanes' queues, of whichever batch. ``cancelled_until``: epoch seconds.
    """

    batch_id: str
    states: Counter[State] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)
    held: int = 0
    in_queues: int = 0
    cancelled_until: float | None = None

    @property
    def is_known(self) -> bool:
        """Whether anything is known of the batch itself."""
        return bool(self.states or self.held or self.cancelled_until)

    def as_dict(self) -> dict[str, Any]:
        """The same for scripts: every state is there."""
        states = {str(state): self.states[state] for state in _WORDS}
        until = None if self.cancelled_until is None else say.when(self.cancelled_until)
        return {
            "batchId": self.batch_id,
            **states,
            "codes": dict(self.why),
            "held": self.held,
            "messagesInQueues": self.in_queues,
            "cancelledUntil": until,
        }

    def facts(self) -> dict[str, str]:
        """The same for a person; what there is none of is left out."""
        shown = {_WORDS[state]: str(self.states[state]) for state in _WORDS if self.states[state]}
        if self.why:
            shown["because of"] = ", ".join(f"{code} {count}" for code, count in self.why.most_common())
        if self.held:
            shown["held until due"] = str(self.held)
        shown["in the queues"] = f"{say.count(self.in_queues, 'message')}, of this batch and of others"
        if self.cancelled_until is not None:
            shown["called off"] = (
                f"what is queued or scheduled, and what arrives until {say.when(self.cancelled_until)}"
            )
        return shown


def read_progress(found: Deployment, instances: Iterable[str], batch_id: str) -> BatchProgress:
    """Read how far the batch is in the instances. Requests that were refused unread are in no ledger, so they are not counted."""
    reader, now = LedgerReader(found), time.time()
    states, why, held, until = Counter[State](), Counter[str](), 0, 0.0
    for instance_id in instances:
        for contact in reader.of_batch(instance_id, batch_id):
            for key, state in _states(contact, batch_id, now):
                states[state.state] += 1
                ended = contact.requests[key].ended
                if state.state in {State.FAILED, State.SKIPPED} and ended is not None:
                    why[ended.code] += 1
        held += sum(1 for _ in schedule_names(found, partial(may_hold, instance_id=instance_id, batch_id=batch_id)))
        until = max(until, reader.batch_cancelled_until(instance_id, batch_id) or 0.0)
    return BatchProgress(batch_id, states, why, held, sum(found.waiting(*_MESSAGES).values()), until or None)


def _states(contact: Contact, batch_id: str, now: float) -> Iterable[tuple[str, RequestState]]:
    """The states of the batch's requests for the contact; one that moves it in another contact's place is counted there."""
    for key, record in contact.requests.items():
        if record.asked.get("batchId") == batch_id and NAMED_CONTACT not in record.asked:
            yield key, state_of(contact, key, now)
