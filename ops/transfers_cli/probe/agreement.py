"""Whether the answers of a probe agree with each other: what nobody thought of shows here first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from transfers_cli.probe.answers import Answer
from transfers_cli.probe.findings import Findings

_NAME = "answers.agree"
#: What Connect shows of a contact and never changes, once it shows.
_FIXED = (
    "PreviousContactId",
    "InitialContactId",
    "InitiationTimestamp",
    "InitiationMethod",
    "Channel",
    "DisconnectTimestamp",
)
Oddity = tuple[str, tuple[Answer, ...]]


def settle(findings: Findings, journal: Sequence[Answer]) -> None:
    """Settle ``answers.agree``. ``journal``: all answers of the probe, in their order."""
    odd = [*_changes(journal), *_transfers(journal), *_calls(journal)]
    if odd:
        sentence = "; ".join(dict.fromkeys(what for what, _ in odd))
        findings.unexpected(_NAME, sentence, (answer for _, answers in odd for answer in answers))
    else:
        findings.settled(_NAME, "yes", f"nothing in {len(journal)} answers contradicts another", ())


def _shown(answer: Answer) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """The contacts that an answer shows."""
    contact = answer.body.get("Contact")
    if contact:
        yield str(contact["Id"]), contact
    for one in answer.body.get("ContactSummaryList", ()):
        yield str(one["ContactId"]), one


def _changes(journal: Sequence[Answer]) -> Iterator[Oddity]:
    """A contact that changes what cannot change, or is forgotten."""
    seen: dict[tuple[str, str, str], tuple[Any, Answer]] = {}
    described: dict[str, Answer] = {}
    for answer in journal:
        for contact_id, shown in _shown(answer):
            for name in _FIXED:
                key = (answer.operation, contact_id, name)
                if key in seen and shown.get(name) != seen[key][0]:
                    yield (
                        f"{name} of {contact_id} was {seen[key][0]} and then {shown.get(name)}",
                        (seen[key][1], answer),
                    )
                if name in shown:
                    seen[key] = (shown[name], answer)
        if answer.operation == "DescribeContact":
            contact_id = str(answer.asked["ContactId"])
            if answer.is_success:
                described[contact_id] = answer
            elif contact_id in described and answer.status == 404:
                yield f"{contact_id} was described, and then it was not known", (described[contact_id], answer)


def _transfers(journal: Sequence[Answer]) -> Iterator[Oddity]:
    """Transfers and the contacts that follow: one for each transfer, and no more."""
    calls = [answer for answer in journal if answer.operation == "TransferContact"]
    accepted = Counter(
        str(one.asked["ContactId"]).rsplit("/", 1)[-1].lower() for one in calls if one.is_success or one.is_lost
    )
    by_new: dict[str, Answer] = {}
    for call in calls:
        old, new = str(call.asked["ContactId"]), call.body.get("ContactId")
        before = by_new.setdefault(str(new), call) if call.is_success and new else call
        if before.asked["ContactId"] != old:
            yield f"two contacts were transferred to the same new contact {new}", (before, call)
    followers: dict[str, set[str]] = {}
    for answer in journal:
        for contact_id, shown in _shown(answer):
            if shown.get("PreviousContactId") and shown.get("InitiationMethod") != "API":
                followers.setdefault(str(shown["PreviousContactId"]), set()).add(contact_id)
    for old, found in followers.items():
        if len(found) > accepted[old.lower()]:
            sentence = f"{len(found)} contacts follow {old}, which was transferred {accepted[old.lower()]} times"
            yield sentence, tuple(one for one in calls if one.asked["ContactId"] == old)


def _calls(journal: Sequence[Answer]) -> Iterator[Oddity]:
    """Answers that are not Connect's own, and request ids that come twice."""
    by_id: dict[str, Answer] = {}
    for answer in journal:
        if not answer.is_own and answer.status:
            yield f"{answer.operation} was answered {answer.said} by somebody else than Connect", (answer,)
        if answer.request_id is not None:
            before = by_id.setdefault(answer.request_id, answer)
            if before is not answer:
                yield f"two answers have the request id {answer.request_id}", (before, answer)
