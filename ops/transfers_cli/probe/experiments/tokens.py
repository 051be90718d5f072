"""Client tokens: what Amazon Connect does when one comes again. Each test has a contact of its own.

What was done is read from the successors that Connect shows; the answers come second.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from transfers_cli.probe.answers import Answer
from transfers_cli.probe.behaviours import REPLAYS
from transfers_cli.probe.contacts import Contacts, new_id
from transfers_cli.probe.experiments.experiment import Act, Experiment
from transfers_cli.probe.findings import Findings
from transfers_cli.probe.lab import NotSettled
from transfers_cli.probe.watching import all_successors, first_successor

FIRST_ANSWER, CONFLICT, FORGOTTEN, SECOND_TRANSFER = "first answer", "conflict", "forgotten", "second transfer"
FREE, SPENT = "free", "spent"
REFUSED = "refused"
_TOLD = {
    FIRST_ANSWER: "200 with the first answer; nothing was done",
    CONFLICT: "409 IdempotencyException; nothing was done",
    FORGOTTEN: "the token was not known any more: refused like any call for a contact that has ended",
    SECOND_TRANSFER: "the token was not known any more: the contact was transferred a second time",
}
#: A definite rejection of a call for which Connect does not know the token. Source: API reference.
_REJECTIONS = frozenset({"InvalidRequestException", "ResourceNotFoundException"})


def experiments() -> Iterator[Experiment]:
    """One experiment for each delay, and those about a refusal and about another token."""
    for name, seconds in REPLAYS.items():
        yield Experiment(name, (name,), _replay(name, seconds), 0.0 if seconds >= 600 else 5.0)
    yield Experiment("token.rejection", ("token.rejection",), _rejection, 5.0)
    yield Experiment("old.another-token", ("old.another-token",), _another_token, 5.0)


def _replay(name: str, seconds: float) -> Act:
    async def act(contacts: Contacts, findings: Findings) -> None:
        old = await contacts.known()
        asked = contacts.request(old)
        first = await accepted(contacts, old, asked, slots=1 if seconds else 2)
        if seconds:
            due = first.received_at + seconds
            await first_successor(contacts, old, first, due - 1.0)
            await contacts.lab.wait_until(due)
        second = await contacts.transfer(old, asked, slots=1 if seconds else 0)
        made, numbers = await all_successors(contacts, old, first, second)
        evidence: tuple[int | Answer, ...] = (first, second, *numbers)
        value = _value(old, first, second, made)
        if value is None:
            findings.unexpected(name, _odd(first, second, made), evidence)
        else:
            later = second.sent_at - first.received_at
            findings.settled(name, value, f"{later:.1f} s later: {_TOLD[value]} ({second.said})", evidence)

    return act


def _value(old: str, first: Answer, second: Answer, made: list[str]) -> str | None:
    """What Connect did with the token; None if neither successors nor answers fit anything that is known."""
    given = {new for one in (first, second) if (new := new_id(one, old)) is not None}
    if len(made) > 2 or not given <= set(made):
        return None
    if len(made) == 2:
        return SECOND_TRANSFER if second.is_success and len(given) != 1 else None
    if second.is_success:
        return FIRST_ANSWER if dict(second.body) == dict(first.body) else None
    if second.status == 409:
        return CONFLICT
    return FORGOTTEN if second.code in _REJECTIONS else None


def _odd(first: Answer, second: Answer, made: list[str]) -> str:
    sentence = f"answered {first.said} with {dict(first.body) or 'nothing'}, then {second.said} with {dict(second.body) or 'nothing'}"
    return f"{sentence}; {len(made)} successors show: {', '.join(made)}"


async def accepted(contacts: Contacts, old: str, asked: dict[str, str], *, slots: int = 1) -> Answer:
    """Transfer a test contact ``old``. Raise ``NotSettled`` when Connect refuses that. ``asked``, ``slots``: as ``Contacts.transfer``."""
    answer = await contacts.transfer(old, asked, slots=slots)
    if not answer.is_success:
        raise NotSettled(f"a test contact could not be transferred: {answer.said}: {answer.message}")
    return answer


async def _rejection(contacts: Contacts, findings: Findings) -> None:
    """A call that is refused for its flow, then the right one with the same token."""
    old = await contacts.known()
    asked = contacts.request(old)
    wrong = await contacts.transfer(old, {**asked, "ContactFlowId": str(uuid.uuid4())})
    if wrong.is_success:
        findings.unexpected("token.rejection", "a transfer with a flow that does not exist was accepted", (wrong,))
        return
    right = await contacts.transfer(old, asked)
    evidence = (wrong, right)
    if right.is_success:
        findings.settled("token.rejection", FREE, f"after {wrong.said} the corrected call was carried out", evidence)
    elif right.status == 409 or (right.code, right.message) == (wrong.code, wrong.message):
        sentence = f"after {wrong.said} the corrected call was answered {right.said}: it needs another token"
        findings.settled("token.rejection", SPENT, sentence, evidence)
    else:
        findings.unexpected("token.rejection", f"{wrong.said}, then {right.said}: {right.message}", evidence)


async def _another_token(contacts: Contacts, findings: Findings) -> None:
    old = await contacts.known()
    first = await accepted(contacts, old, contacts.request(old), slots=2)
    second = await contacts.transfer(old, contacts.request(old), slots=0)
    made, numbers = await all_successors(contacts, old, first, second)
    evidence: tuple[int | Answer, ...] = (first, second, *numbers)
    later = second.sent_at - first.received_at
    if len(made) == 1 and second.code in _REJECTIONS:
        findings.settled("old.another-token", REFUSED, f"{later:.1f} s later: {second.said}", evidence)
    elif len(made) == 2 and second.is_success:
        sentence = f"{later:.1f} s later the contact was transferred a second time"
        findings.settled("old.another-token", SECOND_TRANSFER, sentence, evidence)
    else:
        findings.unexpected("old.another-token", _odd(first, second, made), evidence)
