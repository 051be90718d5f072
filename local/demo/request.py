"""One request of the demonstration, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from contact_transfer.transfer.outcome import FailureCode


@dataclass
class Request:
    """``code`` is the failure that must come of it; None: the contact must be transferred.

    ``duplicate`` marks a request for a contact that another request of the demonstration transfers. ``sent_as`` is the message's
    or event's id. ``transfers`` and ``parked`` are what the simulator's history and the dead-letter queue say.

    ``cause``: what happens in Connect, so that a route asks by itself. ``follows``: the request whose new contact this one is about.
    ``rejected``: what a flow was answered at once. ``arrival``: the result for the new contact that was published on the bus.
    """

    what: str
    door: str
    body: dict[str, str] | str
    code: FailureCode | None = None
    duplicate: bool = False
    sent_as: str = ""
    transfers: list[dict[str, Any]] = field(default_factory=list)
    parked: list[dict[str, str]] = field(default_factory=list)
    cause: dict[str, Any] = field(default_factory=dict)
    follows: Request | None = None
    rejected: dict[str, str] = field(default_factory=dict)
    arrival: str = ""

    @property
    def contact_id(self) -> str:
        """The contact that the request names; empty if it cannot be read."""
        if self.follows is not None:
            return next((str(one["new"]) for one in self.follows.transfers), "")
        return self.body.get("contactId", "") if isinstance(self.body, dict) else ""

    @property
    def settled(self) -> bool:
        """Whether something final is visible."""
        return bool(self.parked) or bool(self.rejected) or (self.code is None and bool(self.transfers))

    def complaint(self) -> str | None:
        """Return what is wrong with what became of it, or None."""
        if self.code is None:
            return self._transferred_wrongly()
        if self.transfers and not self.duplicate:
            return f"it must fail as {self.code}, and the contact was transferred"
        if self.rejected:
            found = self.rejected.get("failureCode")
            return None if found == self.code else f"it must be rejected as {self.code}, and was as {found}"
        if len(self.parked) != 1:
            return f"it must be in the dead-letter queue once, and is there {len(self.parked)} times"
        found = self.parked[0].get("FailureCode")
        return None if found == self.code else f"it must fail as {self.code}, and failed as {found}"

    def _transferred_wrongly(self) -> str | None:
        if self.parked:
            reason = self.parked[0].get("FailureMessage", "no reason given")
            return f"it must be transferred, and failed as {self.parked[0].get('FailureCode')}: {reason}"
        if len(self.transfers) != 1:
            return f"the contact must be transferred once, and was {len(self.transfers)} times"
        record, wanted = self.transfers[0], self.body if isinstance(self.body, dict) else {}
        for key, seen in (("queueId", record["queue_id"]), ("userId", record["user_id"])):
            if (wanted.get(key) or "").rsplit("/", 1)[-1] != (seen or ""):
                return f"{key} of the transfer is {seen}"
        return None
