"""Invocations that leave no excuse: nothing went wrong in them, nobody else had the contact in hand, and the pace had room.

What is not certain from outside counts as an excuse, so a rule that asks here asks for less rather than guess.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from local.connect.model import FaultKind
from local.virtual import Invocation, Message
from tests.simulation import quotas
from tests.simulation.case import Case
from tests.simulation.evidence import Wanted

#: A worker whose share of a quota brings a token at least so often has no long wait for one.
_TOKEN_EVERY = 2.5
#: So long after a throttled call the pace may still be lower than the share, which makes waits longer.
_RECOVERS = 600.0


class Unhindered:
    """Judges the invocations of a run."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def runs(self, message: Message) -> list[Invocation]:
        """The invocations in which the message, had it been alone in the world, would have come to its end."""
        wanted = self._case.evidence.of_message[message.id]
        if not self._paced_lightly or self._case.has_urgent_lane or self._shown_late(wanted) or self._behind(wanted):
            return []
        if self._case.tree(wanted) in self._followed:
            return []  # work on another contact may have this one in hand
        due = self._case.evidence.began + (wanted.request.due or 0.0) + self._case.evidence.scenario.sizing.skew
        runs = (run for run in self._case.runs_of.get(message.id, ()) if wanted.request.due is None or run.began > due)
        return [run for run in runs if self._roomy(run) and self.alone(wanted, run)]

    @cached_property
    def _followed(self) -> set[str]:
        """The trees of contacts in which a request follows."""
        return {self._case.tree(one) for one in self._case.evidence.wanted if one.request.follow}

    def alone(self, wanted: Wanted, run: Invocation) -> bool:
        """Whether nothing went wrong in the run, and all earlier work on the contact had come to a clean end."""
        contact = wanted.target.contact
        if not self._clean(run, contact) or self._times[id(run), contact] > 1:
            return False
        others = (other for other in self._by_contact.get(contact, ()) if other is not run)
        if any(
            other.began <= run.ended and not (self._clean(other, contact) and other.ended < run.began)
            for other in others
        ):
            return False
        # a token that remembers a refusal may be answered with a conflict, which is a doubt
        return not self._case.switch("token_remembers_rejection") or not any(
            call.operation == "TransferContact" and call.time < run.began for call in self._case.calls.get(contact, ())
        )

    def _roomy(self, run: Invocation) -> bool:
        # with half its time left a worker is not kept from a call by the few seconds until its next token
        if run.ended - run.began > self._case.evidence.scenario.sizing.timeout / 2:
            return False
        return not any(run.ended - _RECOVERS <= time <= run.ended for time in self._throttled)

    @cached_property
    def _paced_lightly(self) -> bool:
        deployments = 2 if self._case.evidence.scenario.is_double else 1
        workers = int(self._case.evidence.settings["maximum_concurrency"]) * deployments
        operations = {call.operation for call in self._case.evidence.calls} | {"TransferContact"}
        rates = (quotas.of(self._case.evidence.scenario, operation) for operation in operations)
        return all(rate is None or workers / rate.rate <= _TOKEN_EVERY for rate in rates)

    def _shown_late(self, wanted: Wanted) -> bool:
        """Whether Connect may not show yet which tree the contact of a route belongs to."""
        return wanted.request.route is not None and wanted.target.contact in self._successors

    def _behind(self, wanted: Wanted) -> bool:
        """Whether a worker whose clock is behind must wait until it has caught up with one that wrote the same name, or route."""
        if not self._case.evidence.scenario.sizing.skew:
            return False
        name = wanted.request.request_id
        asked = [one for one in self._case.evidence.wanted if one.request.request_id == name]
        return wanted.request.route is not None or (name is not None and len(asked) > 1)

    @cached_property
    def _successors(self) -> set[str]:
        return {record.new for record in self._case.evidence.transfers}

    @cached_property
    def _throttled(self) -> list[float]:
        return [call.time for call in self._case.evidence.calls if "hrottl" in f"{call.code} {call.fault}"]

    @cached_property
    def _by_contact(self) -> dict[str, list[Invocation]]:
        found: dict[str, list[Invocation]] = {}
        for run in self._case.evidence.invocations:
            for contact in {self._contact(message) for message in run.messages}:
                found.setdefault(contact, []).append(run)
        return found

    @cached_property
    def _times(self) -> Counter[tuple[int, str]]:
        runs = self._case.evidence.invocations
        return Counter((id(run), self._contact(message)) for run in runs for message in run.messages)

    def _contact(self, message: Message) -> str:
        return self._case.evidence.of_message[message.id].target.contact

    def _clean(self, run: Invocation, contact: str) -> bool:
        if run.how != "completed" or run.disturbed:
            return False
        # nobody knows of a call that arrives when its caller has given up; one about a flow names no contact
        delays = [fault.delay for fault in self._case.evidence.scenario.connect_faults if fault.kind is FaultKind.LATE]
        until = run.ended + sum(delays) + 1.0
        return not any(of in ("", contact) and run.began <= time <= until for of, time in self._late)

    @cached_property
    def _late(self) -> list[tuple[str, float]]:
        calls = self._case.evidence.calls
        return [(call.ids.get("ContactId", ""), call.time) for call in calls if "late" in (call.fault or "")]
