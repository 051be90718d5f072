"""Spellings of ids, odd states, and the transfers that are neither refused nor usual."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from transfers_cli.probe.answers import Answer
from transfers_cli.probe.contacts import FIRST_PAUSE, Contacts, Summary, new_id, origin_region, slower
from transfers_cli.probe.experiments.experiment import Act, Experiment
from transfers_cli.probe.experiments.tokens import accepted
from transfers_cli.probe.findings import Findings
from transfers_cli.probe.lab import Lost, NotSettled
from transfers_cli.probe.watching import first_successor

_REFUSALS = frozenset({400, 402, 404, 409})
Asked = Callable[[Contacts, str], dict[str, Any]]


def experiments(user: str | None, email: str | None) -> list[Experiment]:
    """``user``: an agent, ``email``: an address of the instance, where they were given."""
    made = [
        Experiment("ids.capitals", ("ids.capitals",), _accepted_or_not("ids.capitals", _in_capitals), 45.0),
        Experiment("ids.arns", ("ids.arns",), _accepted_or_not("ids.arns", _as_arns), 45.0),
        Experiment("flow-only", ("flow-only",), _accepted_or_not("flow-only", _without_destination), 45.0),
        Experiment("state.paused", ("state.paused",), _accepted_or_not("state.paused", _usual, _pause), 45.0),
        Experiment("region.wrong", ("region.wrong",), _region, 45.0),
    ]
    if user is not None:
        made.append(Experiment("agent.shown", ("agent.shown",), _agent(user), 45.0))
    if email is not None:
        made.append(Experiment("email.transferred", ("email.transferred",), _email(email), 45.0))
    return made


def _accepted_or_not(name: str, asked: Asked, prepare: Callable[[Contacts, str], Awaitable[None]] | None = None) -> Act:
    async def act(contacts: Contacts, findings: Findings) -> None:
        old = await contacts.known()
        if prepare is not None:
            await prepare(contacts, old)
        answer = await contacts.transfer(old, asked(contacts, old))
        _tell(findings, name, answer)

    return act


def _tell(findings: Findings, name: str, answer: Answer) -> None:
    if answer.is_success:
        findings.settled(name, "yes", "it was accepted", (answer,))
    elif answer.status in _REFUSALS:
        findings.settled(name, "no", f"{answer.said}: {answer.message}", (answer,))
    else:
        findings.unexpected(name, f"{answer.said}: {answer.message}", (answer,))


def _usual(contacts: Contacts, old: str) -> dict[str, Any]:
    return contacts.request(old)


def _in_capitals(contacts: Contacts, old: str) -> dict[str, Any]:
    asked = contacts.request(old)
    kept = {"ClientToken", "InstanceId"}
    return {name: value if name in kept else value.upper() for name, value in asked.items()}


def _as_arns(contacts: Contacts, old: str) -> dict[str, Any]:
    kinds = {"ContactId": "contact", "ContactFlowId": "contact-flow", "QueueId": "queue", "UserId": "agent"}
    asked, arn = contacts.request(old), contacts.place.instance_arn
    return {name: f"{arn}/{kinds[name]}/{value}" if name in kinds else value for name, value in asked.items()}


def _without_destination(contacts: Contacts, old: str) -> dict[str, Any]:
    return contacts.request(old, QueueId=None, UserId=None)


async def _pause(contacts: Contacts, old: str) -> None:
    answer = await contacts.lab.ask("PauseContact", InstanceId=contacts.place.instance_id, ContactId=old)
    if answer.is_lost:
        raise Lost(f"the answer of PauseContact was lost: {answer.said}")
    if not answer.is_success:
        raise NotSettled(f"a test contact could not be paused: {answer.said}: {answer.message}")


def _agent(user: str) -> Act:
    async def act(contacts: Contacts, findings: Findings) -> None:
        old = await contacts.known()
        asked = contacts.request(old, QueueId=None, UserId=user)
        first = await accepted(contacts, old, asked)
        new = new_id(first, old)
        if new is None:
            await first_successor(contacts, old, first, float("inf"))
            new = next(iter(contacts.register.contacts[old].children))
        shown = await _destination(contacts, new)
        value = _shown_as(user, shown)
        evidence = (first, contacts.lab.journal[-1])
        if value is None:
            findings.unexpected(
                "agent.shown", f"QueueInfo {shown.get('QueueInfo')}, AgentInfo {shown.get('AgentInfo')}", evidence
            )
        else:
            findings.settled("agent.shown", value, f"it shows {value}", evidence)

    return act


async def _destination(contacts: Contacts, new: str) -> Summary:
    pause = FIRST_PAUSE
    while True:
        shown = (await contacts.describe(new)).body.get("Contact", {})
        if shown.get("AgentInfo") or shown.get("QueueInfo"):
            return dict(shown)
        await contacts.lab.wait(pause)
        pause = slower(pause)


def _shown_as(user: str, shown: Summary) -> str | None:
    agent = (shown.get("AgentInfo") or {}).get("Id")
    queue = str((shown.get("QueueInfo") or {}).get("Id") or "")
    if agent == user:
        return "the agent"
    return "the agent's own queue" if agent is None and queue.endswith(user) else None


def _email(address: str) -> Act:
    async def act(contacts: Contacts, findings: Findings) -> None:
        raw = {"Subject": contacts.place.name, "Body": contacts.place.name, "ContentType": "text/plain"}
        more = {
            "FromEmailAddress": {"EmailAddress": address},
            "DestinationEmailAddress": address,
            "EmailMessage": {"MessageSourceType": "RAW", "RawMessage": raw},
        }
        old = await contacts.begin("StartEmailContact", more)
        await contacts.described(old)
        _tell(findings, "email.transferred", await contacts.transfer(old, contacts.request(old)))

    return act


async def _region(contacts: Contacts, findings: Findings) -> None:
    old = await contacts.start()
    origin = origin_region(await contacts.described(old, anywhere=True))
    if origin in (None, contacts.place.region):
        raise NotSettled("it needs an instance whose contacts begin in another Region")
    answer = await contacts.transfer(old, contacts.request(old))
    sentence = f"a contact of {origin}: {answer.said}: {answer.message}"
    findings.settled("region.wrong", "accepted" if answer.is_success else answer.said, sentence, (answer,))
