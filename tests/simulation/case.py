"""The evidence of a run, sorted for the auditor: events, verdicts and transfers by request and by contact."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import Any

from local.virtual import Invocation, Kind, Message, Published
from tests.simulation.deeds import Deeds
from tests.simulation.evidence import Evidence, Wanted
from tests.simulation.fates import SKEW, Fates, is_urgent
from tests.simulation.verdict import Verdict

__all__ = ["SKEW", "Case"]
SUCCEEDED = "Contact Transfer Succeeded"
FAILED = "Contact Transfer Failed"
#: The reason of a request that was given up because no work on it came to an end.
KILLS = "it kills the worker"
#: From so many deaths on it may be given up.
DEADLY = 20
#: What only work on a request can find out, so that it is known how often it began.
FROM_WORK = frozenset(
    {
        "UnsupportedChannel",
        "UnsupportedFlowType",
        "FlowNotUsable",
        "ContactNotFound",
        "FlowNotFound",
        "DestinationNotFound",
        "TransferLimitReached",
        "ContactInAnotherRegion",
        "RouteLimitReached",
        "RequestExpired",
        "RejectedByConnect",
        "OutcomeUnknown",
        "RetriesExhausted",
    }
)
#: A worker stands still, so that what it was about to do comes later.
FROZEN = frozenset({Kind.FREEZE, Kind.FREEZE_ON, Kind.FREEZE_SIGNED})


class Case(Deeds):
    """What the rules ask for again and again."""

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self.fates = Fates(evidence)

    @cached_property
    def successes(self) -> dict[int, list[Published]]:
        """Success events by request number."""
        return self._by_request(SUCCEEDED)

    @cached_property
    def failures(self) -> dict[int, list[Published]]:
        """Failure events by request number."""
        return self._by_request(FAILED)

    def _by_request(self, kind: str) -> dict[int, list[Published]]:
        found: dict[int, list[Published]] = defaultdict(list)
        for event in self.evidence.events:
            if event.detail_type == kind and (wanted := self.of_detail(event.detail)) is not None:
                found[wanted.number].append(event)
        return found

    @cached_property
    def _by_fields(self) -> dict[tuple[Any, ...], Wanted]:
        known = {}
        for wanted in self.evidence.wanted:
            target, name = wanted.target, wanted.request.request_id
            known[target.contact, target.flow, target.queue, target.user, name] = wanted
        return known

    def of_detail(self, detail: Any) -> Wanted | None:
        """The request that an event's detail speaks of."""
        message = detail.get("originalMessageId")
        if message in self.evidence.of_message:
            return self.evidence.of_message[message]
        names = ("contactId", "contactFlowId", "queueId", "userId", "requestId")
        return self._by_fields.get(tuple(detail.get(name) for name in names))

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """What the worker parked, in order."""
        found = []
        for parked in self.evidence.dead_letters:
            attributes = {name: value.get("StringValue", "") for name, value in parked.attributes.items()}
            if parked.sent >= self.evidence.began and "FailureCode" in attributes:
                original = attributes.get("OriginalMessageId", "")
                wanted = self.evidence.of_message.get(original)
                decided = min(self._announced_at.get((original, attributes["FailureCode"]), parked.sent), parked.sent)
                text = attributes.get("FailureMessage", "")
                found.append(Verdict(parked.sent, decided, attributes["FailureCode"], text, original, wanted, parked))
        return found

    @cached_property
    def _announced_at(self) -> dict[tuple[str, str], float]:
        """When the failure of each message was first announced, by message and code: a parked message may come back."""
        announced_at: dict[tuple[str, str], float] = {}
        for event in self.evidence.events:
            if event.detail_type == FAILED:
                key = (str(event.detail.get("originalMessageId")), str(event.detail.get("failureCode")))
                announced_at.setdefault(key, event.time)
        return announced_at

    @cached_property
    def verdicts_of(self) -> dict[int, list[Verdict]]:
        """Verdicts by request number."""
        found: dict[int, list[Verdict]] = defaultdict(list)
        for verdict in self.verdicts:
            if verdict.wanted is not None:
                found[verdict.wanted.number].append(verdict)
        return found

    def is_unknown(self, wanted: Wanted) -> bool:
        """Whether the request ended so that nobody knows what its call did."""
        return any(verdict.code == "OutcomeUnknown" for verdict in self.verdicts_of.get(wanted.number, ()))

    @cached_property
    def deadly(self) -> dict[str, float]:
        """When work on a contact was given up because it did kill the worker: nobody knows what became of its last call."""
        found: dict[str, float] = {}
        for verdict in self.verdicts:
            if verdict.wanted is not None and KILLS in verdict.text and self._killed(verdict.wanted) >= DEADLY:
                for contact in self.line(verdict.wanted):
                    found[contact] = min(found.get(contact, verdict.decided), verdict.decided)
        return found

    def _killed(self, wanted: Wanted) -> int:
        runs = [run for message in wanted.messages for run in self.runs_of.get(message.id, ())]
        return sum(run.how in ("died", "timed out") for run in runs)

    @cached_property
    def has_urgent_lane(self) -> bool:
        """Whether any message came through the urgent lane, with which the normal one shares the pace."""
        return any(is_urgent(message) for message in self.evidence.messages)

    @property
    def runs_of(self) -> dict[str, list[Invocation]]:
        """The invocations that each message was in: see ``Fates``."""
        return self.fates.runs_of

    @cached_property
    def sent(self) -> dict[str, Message]:
        """The messages by id."""
        return {message.id: message for message in self.evidence.messages}

    @cached_property
    def dropped(self) -> list[Verdict]:
        """What the worker said was skipped or cancelled, in order; ``code`` says which. Nothing is parked."""
        first = {(original, why): time for original, ends in self.fates.dropped.items() for time, why in reversed(ends)}
        of_message = self.evidence.of_message
        return [Verdict(at, at, why, "", original, of_message.get(original)) for (original, why), at in first.items()]

    @cached_property
    def parked_as(self) -> set[tuple[str, str]]:
        """The messages that were parked at any time, each with its code."""
        return {(verdict.original, verdict.code) for verdict in self.verdicts}

    def publishing(self, event: Published, wanted: Wanted) -> list[Invocation]:
        """The invocations that may have published an event of the request: an entry may be on its way when its worker has ended."""
        late = [fault.seconds for fault in self.evidence.scenario.faults if fault.service == "events"]
        travels = max(late, default=0.0) + 1.0
        original = event.detail.get("originalMessageId")
        messages = {self.fates.original(one) for one in wanted.messages} if original is None else [original]
        runs = [run for message in messages for run in self.fates.runs_for(message)]
        return [run for run in runs if run.began <= event.time and (not run.how or event.time <= run.ended + travels)]

    def cut_short(self, wanted: Wanted, before: float) -> bool:
        """Whether work on the request was cut short, or the ledger's answer lost, so that nobody knows which call it had come to."""
        runs = [run for message in wanted.messages for run in self.runs_of.get(message.id, ()) if run.began < before]
        return any(run.how != "completed" or run.disturbed for run in runs)

    @cached_property
    def routed(self) -> dict[tuple[str, str], list[Wanted]]:
        """The requests of each tree of contacts and route."""
        found: dict[tuple[str, str], list[Wanted]] = defaultdict(list)
        for wanted in self.evidence.wanted:
            if wanted.request.route is not None and not wanted.request.static:
                found[self.tree(wanted), wanted.request.route].append(wanted)
        return found

    def tree(self, wanted: Wanted) -> str:
        """The initial contact of the request's contact; the contact itself when Connect does not know it."""
        return self.evidence.trees.get(wanted.target.contact, wanted.target.contact)

    def switch(self, name: str) -> Any:
        """How Connect behaved in this run."""
        return dict(self.evidence.scenario.switches).get(name)

    def successes_of_contact(self, contact: str, by: float) -> bool:
        """Whether the contact's transfer had been made by then, through the API or by hand."""
        return any(record.time <= by for record in self.transfers.get(contact, ()))

    def deciding(self, verdict: Verdict) -> list[tuple[float, float]]:
        """When it may have been found so: in a run that was under way when it was announced, or in an earlier one that could not tell."""
        runs = [run for run in self.fates.runs_for(verdict.original) if run.began <= verdict.decided]
        # a duplicate of the message may have been looked at meanwhile, so that more than one run was under way
        now = min((run.began for run in runs if verdict.decided <= run.ended), default=0.0)
        silent = [run for run in runs if run.ended < verdict.decided and (run.how != "completed" or run.disturbed)]
        return [(now, verdict.decided), *((run.began, run.ended) for run in silent)]

    def was_archived(self, since: float, until: float) -> bool:
        """Whether the flow that others archive and restore was archived at some time between."""
        archived = False
        at = self.evidence.began
        for doing in sorted(self.evidence.scenario.doings, key=lambda one: one.at):
            if doing.what in ("archive", "restore"):
                if archived and at <= until and self.evidence.began + doing.at >= since:
                    return True
                archived, at = doing.what == "archive", self.evidence.began + doing.at
        return archived and at <= until

    def by_a_copy(self, verdict: Verdict, wanted: Wanted, time: float) -> bool:
        """Whether a call was made by another message of the request when the outcome of this one may have been found already."""
        if not any(since <= time for since, _ in self.deciding(verdict)):
            return False
        copies = (message for message in wanted.messages if self.fates.original(message) != verdict.original)
        return any(run.began <= time <= run.ended for copy in copies for run in self.runs_of.get(copy.id, ()))
