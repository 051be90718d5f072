"""Looking until something shows, and what that says about how long it took."""

from __future__ import annotations

from dataclasses import dataclass, field

from transfers_cli.probe.answers import Answer
from transfers_cli.probe.contacts import FIRST_PAUSE, Contacts, slower
from transfers_cli.probe.findings import Span
from transfers_cli.probe.lab import NotSettled

#: Who begins to look so many seconds after a transfer, or sooner, learns how long its successor takes to show.
_EARLY = 5.0


@dataclass
class Watch:
    """How long after an event something shows. The event happened while the call ``since`` was under way.

    ``least``: seconds after which it did not show yet. ``evidence``: numbers of the answers that say so.
    """

    since: Answer
    least: float = 0.0
    span: Span | None = None
    evidence: set[int] = field(default_factory=set)

    def saw(self, answer: Answer, *, shows: bool) -> None:
        """An ``answer`` shows it, or does not yet. What did not show was not there when the answer was given."""
        if self.span is not None:
            return
        if shows:
            self.span = Span(round(self.least, 3), round(answer.received_at - self.since.sent_at, 3))
            self.evidence.add(answer.number)
        else:
            self.least = max(self.least, answer.sent_at - self.since.received_at)
            self.evidence = {answer.number}


async def first_successor(contacts: Contacts, old: str, since: Answer, until: float) -> bool:
    """Look for the successor of ``old`` until it shows or ``until`` (seconds of the probe). Answer whether it does.

    ``since``: the answer of the transfer. Raise ``NotSettled``.
    """
    pause = FIRST_PAUSE
    is_early = contacts.lab.now() - since.received_at < _EARLY
    while True:
        found, numbers = await contacts.successors(old)
        if found and is_early:
            contacts.register.shown_after(contacts.lab.journal[numbers[-1]].received_at - since.sent_at)
        if found:
            return True
        if contacts.lab.now() + pause > until:
            return False
        await contacts.lab.wait(pause)
        pause = slower(pause)


async def all_successors(
    contacts: Contacts, old: str, first: Answer, last: Answer
) -> tuple[list[str], tuple[int, ...]]:
    """The ids of all successors that the transfers from ``first`` to ``last`` made of ``old``, and the numbers of the answers.

    A second successor shows no later after its transfer than the first one did; so long is waited. Raise ``NotSettled``.
    """
    if not await first_successor(contacts, old, first, float("inf")):
        raise NotSettled("the successor never showed")
    await contacts.lab.wait_until(last.received_at + contacts.register.patience)
    found, numbers = await contacts.successors(old)
    return [str(one["ContactId"]) for one in found], numbers
