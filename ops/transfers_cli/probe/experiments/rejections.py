"""What each documented rejection is answered. One test contact serves all that must be refused."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from transfers_cli.probe.behaviours import REJECTIONS
from transfers_cli.probe.contacts import Contacts
from transfers_cli.probe.ending import end_one
from transfers_cli.probe.experiments.experiment import Act, Experiment
from transfers_cli.probe.findings import Findings
from transfers_cli.probe.lab import Lost, NotSettled

#: Flow types that TransferContact accepts, and channels. Source: API reference.
_FLOW_TYPES = frozenset({"CONTACT_FLOW", "AGENT_TRANSFER", "QUEUE_TRANSFER"})
_CHANNELS = frozenset({"TASK", "EMAIL"})
#: Errors of TransferContact that reject a request for good. Source: API reference.
_DEFINITE = frozenset({"InvalidRequestException", "ResourceNotFoundException", "ServiceQuotaExceededException"})
Changes = Mapping[str, Any]


def experiments(contact: str | None) -> list[Experiment]:
    """``contact``: id of a VOICE or CHAT contact, if one was given."""
    return [Experiment("rejections", tuple(REJECTIONS), _rejections(contact), 30.0)]


def _rejections(contact: str | None) -> Act:
    async def act(contacts: Contacts, findings: Findings) -> None:
        old = await contacts.known()
        for name, changes in {**_unknown(contacts), **await _flows(contacts)}.items():
            if not await _refused(contacts, findings, name, old, changes):
                old = await contacts.known()
        if not await end_one(contacts, old):
            raise Lost("a test contact could not be ended")
        await _refused(contacts, findings, "rejection.ended-contact", old, {})
        if contact is not None:
            await _channel(contacts, findings, contact)

    return act


def _unknown(contacts: Contacts) -> dict[str, Changes]:
    place, nobody = contacts.place, str(uuid.uuid4())
    both: Changes = {"QueueId": place.queue, "UserId": place.user}
    cases: dict[str, Changes] = {
        "rejection.unknown-contact": {"ContactId": nobody},
        "rejection.unknown-flow": {"ContactFlowId": nobody},
        "rejection.unknown-queue": {"QueueId": nobody, "UserId": None},
        "rejection.unknown-user": {"UserId": nobody, "QueueId": None},
    }
    return {**cases, "rejection.both-destinations": both} if place.queue and place.user else cases


async def _refused(contacts: Contacts, findings: Findings, name: str, old: str, changes: Changes) -> bool:
    """Ask for what must be refused, and answer whether it was. If it was not, the contact may be spent."""
    answer = await contacts.transfer(old, contacts.request(old, **changes))
    if answer.code in _DEFINITE:
        findings.settled(name, answer.said, f"{answer.said}: {answer.message}", (answer,))
    else:
        findings.unexpected(name, f"{answer.said}: no rejection that the API documents", (answer,))
    return answer.code in _DEFINITE


async def _flows(contacts: Contacts) -> dict[str, Changes]:
    """Flows of the instance that cannot transfer, as far as there are any; nothing is made or changed to have one."""
    found: dict[str, Changes] = {}
    asked: dict[str, Any] = {"InstanceId": contacts.place.instance_id, "MaxResults": 1000}
    while True:
        answer = await contacts.lab.ask("ListContactFlows", **asked)
        for flow in answer.body.get("ContactFlowSummaryList", ()):
            name = _unusable(flow)
            if name is not None:
                found.setdefault(name, {"ContactFlowId": str(flow["Id"])})
        if not answer.body.get("NextToken"):
            return found
        asked["NextToken"] = answer.body["NextToken"]


def _unusable(flow: Mapping[str, Any]) -> str | None:
    """The rejection that a flow leads to; None for one that transfers, or that breaks two rules."""
    wrong_type = flow.get("ContactFlowType") not in _FLOW_TYPES
    archived, saved = flow.get("ContactFlowState") == "ARCHIVED", flow.get("ContactFlowStatus") == "SAVED"
    names = {
        "rejection.flow-type": wrong_type,
        "rejection.archived-flow": archived,
        "rejection.unpublished-flow": saved,
    }
    broken = [name for name, is_so in names.items() if is_so]
    return broken[0] if len(broken) == 1 else None


async def _channel(contacts: Contacts, findings: Findings, contact: str) -> None:
    """The user's own contact. It is named in a transfer only after Connect has said that it is neither task nor e-mail."""
    answer = await contacts.lab.ask("DescribeContact", InstanceId=contacts.place.instance_id, ContactId=contact)
    channel = answer.body.get("Contact", {}).get("Channel")
    if channel is None or channel in _CHANNELS:
        raise NotSettled(f"--contact {contact} is {channel or 'not known'}, not VOICE or CHAT; it was left alone")
    refused = await contacts.lab.ask("TransferContact", **contacts.request(contact))
    if refused.is_lost:
        raise Lost(f"the answer of TransferContact was lost: {refused.said}")
    name = "rejection.channel"
    if refused.code in _DEFINITE:
        findings.settled(name, refused.said, f"{channel}: {refused.said}: {refused.message}", (refused,))
    else:
        findings.unexpected(name, f"{channel}: {refused.said}: no rejection that the API documents", (refused,))
