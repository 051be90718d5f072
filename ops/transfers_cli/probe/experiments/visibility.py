"""When Amazon Connect shows what a transfer did: the old contact's end, the successor, its destination. Repeated over the budget."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from transfers_cli.probe.answers import Answer
from transfers_cli.probe.contacts import FIRST_PAUSE, Contacts, Summary, new_id, slower
from transfers_cli.probe.experiments.experiment import Experiment
from transfers_cli.probe.experiments.tokens import accepted
from transfers_cli.probe.findings import Findings, Span, bounds
from transfers_cli.probe.search import search
from transfers_cli.probe.watching import Watch

_NEW = "new.listed"
_DESTINATION = "new.destination"
_QUEUED = "new.queued"
_SPANS = ("old.end-shown", _NEW, "new.described", _DESTINATION)
_RECORDS = ("old.ended-after", _QUEUED, "answer.contact-id", "lineage.method", "lineage.fields")
_SEARCH_PAUSE = 8.0
_STAYS_SECONDS = 60.0
#: A probe repeats the observation this often at most.
SAMPLES = 4


def experiments(budget: float) -> list[Experiment]:
    """As many observations as ``budget`` seconds have room for, spread over it, and those of a new contact."""
    samples = max(1, min(SAMPLES, int(budget // 600)))
    seen: dict[str, list[Span]] = {}
    return [
        *(
            Experiment(f"visibility-{n}", (*_SPANS, *_RECORDS), _Observation(seen).act, n * budget / (samples + 1))
            for n in range(samples)
        ),
        Experiment("new.known", ("new.known",), _known),
        Experiment("new.searched", ("new.searched",), _searched, 10.0),
    ]


class _Observation:
    """One transfer, watched until all of it shows. ``seen``: the spans of all observations."""

    def __init__(self, seen: dict[str, list[Span]]) -> None:
        self._seen = seen
        self._new: str | None = None
        self._shown: dict[str, Mapping[str, Any]] = {}

    async def act(self, contacts: Contacts, findings: Findings) -> None:
        """Transfer a contact and watch; report what has shown, however it ends. Raise ``NotSettled``."""
        old = await contacts.known()
        first = await accepted(contacts, old, contacts.request(old))
        _answer(findings, old, first)
        self._new = new_id(first, old)
        watches = {name: Watch(first) for name in (*_SPANS, _QUEUED)}
        try:
            await self._watch(contacts, old, watches)
        finally:
            self._tell(contacts, findings, watches)
            self._records(findings, old, watches)

    async def _watch(self, contacts: Contacts, old: str, watches: Mapping[str, Watch]) -> None:
        """Look until all has shown, and once more later: ``agreement`` compares whether it stays so."""
        pause = FIRST_PAUSE
        while any(watch.span is None for watch in watches.values()):
            if watches["old.end-shown"].span is None:
                await self._old(contacts, old, watches["old.end-shown"])
            if watches[_NEW].span is None:
                await self._listed(contacts, old, watches[_NEW])
            if self._new is not None and None in (watches[_DESTINATION].span, watches[_QUEUED].span):
                await self._described(contacts, self._new, watches)
            await contacts.lab.wait(pause)
            pause = slower(pause)
        await contacts.lab.wait(_STAYS_SECONDS)
        await contacts.describe(old)
        await contacts.successors(old)

    async def _old(self, contacts: Contacts, old: str, watch: Watch) -> None:
        answer = await contacts.describe(old)
        shown = answer.body.get("Contact", {})
        watch.saw(answer, shows="DisconnectTimestamp" in shown)
        self._shown["old"] = shown

    async def _listed(self, contacts: Contacts, old: str, watch: Watch) -> None:
        found, numbers = await contacts.successors(old)
        watch.saw(contacts.lab.journal[numbers[-1]], shows=bool(found))
        if found:
            self._new = self._new or str(found[0]["ContactId"])
        if watch.span is not None:
            contacts.register.shown_after(watch.span.most or 0.0)

    async def _described(self, contacts: Contacts, new: str, watches: Mapping[str, Watch]) -> None:
        answer = await contacts.describe(new)
        shown = answer.body.get("Contact", {})
        watches["new.described"].saw(answer, shows=answer.is_success)
        watches[_DESTINATION].saw(answer, shows=bool(_destination(shown)))
        watches[_QUEUED].saw(answer, shows=_arrived(shown) is not None)
        self._shown["new"] = shown

    def _tell(self, contacts: Contacts, findings: Findings, watches: Mapping[str, Watch]) -> None:
        waited = contacts.lab.now() - watches[_NEW].since.sent_at
        for name in _SPANS:
            span = watches[name].span
            if span is None:
                findings.not_settled(name, f"it did not show within {waited:.0f} s: budget")
            else:
                self._observed(findings, name, span, watches[name].evidence)

    def _observed(self, findings: Findings, name: str, span: Span, evidence: set[int]) -> None:
        spans = self._seen.setdefault(name, [])
        spans.append(span)
        findings.settled(name, bounds(spans), f"{bounds(spans)}; observed: {', '.join(map(str, spans))}", evidence)

    def _records(self, findings: Findings, old: str, watches: Mapping[str, Watch]) -> None:
        """What Connect's own records say, as far as they show."""
        before, after = self._shown.get("old", {}), self._shown.get("new", {})
        began, ended, arrived = after.get("InitiationTimestamp"), before.get("DisconnectTimestamp"), _arrived(after)
        evidence = watches["old.end-shown"].evidence | watches[_QUEUED].evidence
        if began is not None and ended is not None:
            self._took(findings, "old.ended-after", _seconds(ended) - _seconds(began), evidence)
        if began is not None and arrived is not None:
            self._took(findings, _QUEUED, _seconds(arrived) - _seconds(began), evidence)
        if after:
            method = str(after.get("InitiationMethod"))
            findings.settled("lineage.method", method, f"its InitiationMethod is {method}", evidence)
            _lineage(findings, old, before, after, evidence)

    def _took(self, findings: Findings, name: str, seconds: float, evidence: set[int]) -> None:
        self._observed(findings, name, Span(round(seconds, 3), round(seconds, 3)), evidence)


def _answer(findings: Findings, old: str, answer: Answer) -> None:
    given = answer.body.get("ContactId")
    value = "no contact" if not given else "old contact" if given == old else "new contact"
    findings.settled("answer.contact-id", value, f"the answer names {'the ' if given else ''}{value}", (answer,))


def _lineage(findings: Findings, old: str, before: Summary, after: Summary, evidence: set[int]) -> None:
    expected = {
        "PreviousContactId": old,
        "InitialContactId": before.get("InitialContactId") or old,
        "Channel": before.get("Channel"),
    }
    other = {name: after.get(name) for name, value in expected.items() if after.get(name) != value}
    sentence = ", ".join(f"{name} is {value}" for name, value in other.items())
    if other:
        findings.unexpected("lineage.fields", f"{sentence}; the old contact is {old}", evidence)
    else:
        findings.settled("lineage.fields", "yes", "they do", evidence)


def _destination(shown: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = shown.get("AgentInfo") or shown.get("QueueInfo") or {}
    return found if found.get("Id") else {}


def _arrived(shown: Mapping[str, Any]) -> Any:
    """When the contact was queued, or connected to an agent; None: it was not."""
    found = _destination(shown)
    return found.get("ConnectedToAgentTimestamp") or found.get("EnqueueTimestamp")


def _seconds(moment: Any) -> float:
    return moment.timestamp() if isinstance(moment, datetime) else float(moment)


async def _known(contacts: Contacts, findings: Findings) -> None:
    await contacts.start()
    watch = Watch(contacts.lab.journal[-1])
    contact_id = str(watch.since.body["ContactId"])
    pause = FIRST_PAUSE
    while watch.span is None:
        instance_id = contacts.place.instance_id
        answer = await contacts.lab.ask("ListAssociatedContacts", InstanceId=instance_id, ContactId=contact_id)
        watch.saw(answer, shows=answer.is_success)
        if watch.span is None:
            await contacts.lab.wait(pause)
            pause = slower(pause)
    findings.settled("new.known", watch.span, f"it is known after {watch.span}", watch.evidence)


async def _searched(contacts: Contacts, findings: Findings) -> None:
    await contacts.start()
    watch = Watch(contacts.lab.journal[-1])
    contact_id = str(watch.since.body["ContactId"])
    while watch.span is None:
        found, answer = await search(contacts)
        watch.saw(answer, shows=contact_id in found)
        if watch.span is None:
            await contacts.lab.wait(_SEARCH_PAUSE)
    contacts.register.found_within = watch.span.most
    findings.settled("new.searched", watch.span, f"it is found after {watch.span}", watch.evidence)
