"""A sweep before anything is sent: the contacts that wait, and the requests that would move them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from contact_transfer.bootstrap import CLOCK
from contact_transfer.queue_sweep.order import SweepOrder
from contact_transfer.queue_sweep.requests import body
from contact_transfer.queue_sweep.waiting import ContactSearch, SearchFailed, WaitingContact
from contact_transfer.request.source import Source, mark
from transfers_cli.deployment import Deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.progress import waiting
from transfers_cli.send.lines import Line, read_line
from transfers_cli.send.sending import Sent, send_lines


@dataclass(frozen=True)
class SweepPlan:
    """What a sweep would do. ``lines``: the request for each of the contacts, in their order."""

    order: SweepOrder
    contacts: Sequence[WaitingContact]
    lines: Sequence[Line]

    @property
    def good(self) -> list[Line]:
        """What the deployment accepts."""
        return [line for line in self.lines if line.wrong is None]

    @property
    def refused(self) -> dict[int, str]:
        """Why the deployment refuses the others, by their numbers."""
        return {line.number: line.wrong for line in self.lines if line.wrong is not None}

    def send(self, found: Deployment) -> Sent:
        """Send what the deployment accepts."""
        sent = Sent(refused=self.refused)
        if good := self.good:
            send_lines(found, good, sent)
        return sent


def plan_sweep(found: Deployment, order: SweepOrder) -> SweepPlan:
    """Search for the contacts. Raise ``Stop`` when Connect cannot be searched."""
    try:
        with waiting("searching"):
            contacts = ContactSearch(found.aws("connect"), CLOCK).waiting(order)
    except SearchFailed as error:
        raise Stop(f"Connect could not be searched: {error}", Exit.UNREACHABLE) from None
    return SweepPlan(order, contacts, [_line(found, number, order, one) for number, one in enumerate(contacts, 1)])


def _line(found: Deployment, number: int, order: SweepOrder, contact: WaitingContact) -> Line:
    """The request, checked with the worker's own code, and marked as a sweep's."""
    line = read_line(number, body(order, contact), found.settings)
    return replace(line, attributes=mark(Source.SWEEP))
