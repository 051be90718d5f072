"""What was called for and transferred in a run, by contact and by request."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from local.connect.model import CallRecord, TransferRecord
from tests.simulation.evidence import Evidence, Wanted

_CONFLICT = 409


class Deeds:
    """Amazon Connect's history, sorted."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence

    @cached_property
    def transfers(self) -> dict[str, list[TransferRecord]]:
        """Every transfer of the run by the contact that was transferred, by anybody."""
        found: dict[str, list[TransferRecord]] = defaultdict(list)
        for record in self.evidence.transfers:
            found[record.old].append(record)
        return found

    @cached_property
    def calls(self) -> dict[str, list[CallRecord]]:
        """Every call of the run by contact."""
        found: dict[str, list[CallRecord]] = defaultdict(list)
        for record in self.evidence.calls:
            found[record.ids.get("ContactId", "")].append(record)
        return found

    def line(self, wanted: Wanted) -> list[str]:
        """The contacts that the request may move: the one that it names, and, if it follows, whatever that one became."""
        contacts = [wanted.target.contact]
        if wanted.request.follow:
            for contact in contacts:
                contacts += [new for new, _ in self.evidence.successors.get(contact, ()) if new not in contacts]
        return contacts

    def made_at(self, contact: str) -> float:
        """When a transfer made the contact; 0 for one that was there before."""
        return self._made_at.get(contact, 0.0)

    @cached_property
    def _made_at(self) -> dict[str, float]:
        return {new: at for made in self.evidence.successors.values() for new, at in made}

    def is_over(self, contact: str, by: float) -> bool:
        """Whether the contact had ended by then, or had been transferred: it may really end only later."""
        if self.evidence.ended_contacts.get(contact, float("inf")) <= by:
            return True
        return any(record.time <= by for record in self.transfers.get(contact, ()))

    def asked_by(self, wanted: Wanted) -> list[CallRecord]:
        """The calls that this very request made, by its tokens, in order."""
        made = [
            call
            for contact in self.line(wanted)
            for call in self.calls.get(contact, ())
            if call.operation == "TransferContact" and call.ids.get("ClientToken") in wanted.tokens
        ]
        return sorted(made, key=lambda call: call.time) if wanted.request.follow else made

    def made_by(self, wanted: Wanted) -> list[TransferRecord]:
        """The transfers that this very request made, by its tokens."""
        return [
            record
            for contact in self.line(wanted)
            for record in self.transfers.get(contact, ())
            if record.by == "TransferContact" and record.token in wanted.tokens
        ]

    def fitting(self, wanted: Wanted) -> list[TransferRecord]:
        """The transfers that may be taken for this request's: its contact to its destination, by anybody."""
        target = wanted.target
        return [
            record
            for contact in self.line(wanted)
            for record in self.transfers.get(contact, ())
            if target.queue in (None, record.queue_id) and target.user in (None, record.user_id)
        ]

    def delayed(self, wanted: Wanted, before: float) -> list[float]:
        """When calls of the request reached Connect that had been under way for long, or were answered late: nobody waited perhaps."""
        return [
            call.time
            for call in self.asked_by(wanted)
            if call.time <= before and ("late" in (call.fault or "") or "slow" in (call.fault or ""))
        ]

    def unanswered(self, wanted: Wanted, before: float) -> list[float]:
        """When calls of the request were made whose answer does not tell what happened, or never came.

        A call for a contact that has ended transfers nothing, whatever is answered; nor does one whose token Connect says it knows.
        """
        ended = self.evidence.ended_contacts
        found: list[float] = []
        for call in self.asked_by(wanted):
            may_apply = call.time <= min(before, ended.get(call.ids["ContactId"], float("inf"))) and _in_doubt(call)
            if may_apply and not (found and call.status == _CONFLICT and call.delivered == "answer"):
                found.append(call.time)
        return found


def _in_doubt(call: CallRecord) -> bool:
    if call.delivered == "refused":
        return False
    return call.delivered != "answer" or call.status >= 500 or call.status in (0, 408, 409)
