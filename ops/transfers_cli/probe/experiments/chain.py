"""Eleven transfers in a row and a twelfth, a task that is linked to the last contact, and the list of them all."""

from __future__ import annotations

from typing import Any

from transfers_cli.probe.answers import Answer
from transfers_cli.probe.contacts import Contacts, new_id
from transfers_cli.probe.experiments.experiment import Experiment
from transfers_cli.probe.findings import Findings
from transfers_cli.probe.watching import first_successor

#: "A contact cannot be transferred more than 11 times." Source: API reference.
_MOST = 11
_PAGE = 100
_SETTLES = ("limit.twelfth", "limit.linked-task", "list.page-size", "lineage.first-contact")


def experiments() -> list[Experiment]:
    """One chain."""
    return [Experiment("chain", _SETTLES, _chain, 60.0)]


async def _chain(contacts: Contacts, findings: Findings) -> None:
    first = last = await contacts.known()
    for number in range(1, _MOST + 1):
        answer = await contacts.transfer(last, contacts.request(last))
        if not answer.is_success:
            _refused_early(findings, number, answer)
            return
        last = await _next(contacts, last, answer)
    twelfth = await contacts.transfer(last, contacts.request(last))
    if twelfth.is_success:
        findings.unexpected("limit.twelfth", "a twelfth transfer was accepted", (twelfth,))
    else:
        findings.settled("limit.twelfth", twelfth.said, f"{twelfth.said}: {twelfth.message}", (twelfth,))
    await _pages(contacts, findings, first)
    await _first(contacts, findings, first)
    await _linked(contacts, findings, last, twelfth)


def _refused_early(findings: Findings, number: int, answer: Answer) -> None:
    sentence = f"transfer {number} of a chain was refused: {answer.said}: {answer.message}"
    findings.unexpected("limit.twelfth", sentence, (answer,))


async def _next(contacts: Contacts, old: str, answer: Answer) -> str:
    """The new contact, once Connect describes it."""
    new = new_id(answer, old)
    if new is None:
        await first_successor(contacts, old, answer, float("inf"))
        new = next(iter(contacts.register.contacts[old].children))
    await contacts.described(new)
    return new


async def _pages(contacts: Contacts, findings: Findings, first: str) -> None:
    """How many contacts the first page of a list of twelve has when a hundred are asked for."""
    if findings.get("list.page-size") is not None:
        return  # a second chain, after a lost answer, may not be as long as the first one
    asked: dict[str, Any] = {"InstanceId": contacts.place.instance_id, "ContactId": first, "MaxResults": _PAGE}
    answer = await contacts.lab.ask("ListAssociatedContacts", **asked)
    count = len(answer.body.get("ContactSummaryList", ()))
    more = bool(answer.body.get("NextToken"))
    value = f"{count}" if more else f"{count} or more"
    findings.settled(
        "list.page-size", value, f"{count} on the first page, {'and more' if more else 'which is the last'}", (answer,)
    )


async def _first(contacts: Contacts, findings: Findings, first: str) -> None:
    answer = await contacts.describe(first)
    shown = answer.body.get("Contact", {}).get("InitialContactId")
    if shown not in (None, first):
        findings.unexpected("lineage.first-contact", f"InitialContactId of {first} is {shown}", (answer,))
    else:
        sentence = "it has none" if shown is None else "it has its own id"
        findings.settled("lineage.first-contact", "no" if shown is None else "yes", sentence, (answer,))


async def _linked(contacts: Contacts, findings: Findings, last: str, twelfth: Answer) -> None:
    name = "limit.linked-task"
    linked = await contacts.known(PreviousContactId=last)
    answer = await contacts.transfer(linked, contacts.request(linked))
    if answer.is_success:
        findings.settled(name, "no", "it was transferred", (twelfth, answer))
    elif answer.code == twelfth.code:
        findings.settled(name, "yes", f"it was refused as the twelfth transfer: {answer.said}", (twelfth, answer))
    else:
        findings.unexpected(name, f"{answer.said}: {answer.message}", (twelfth, answer))
