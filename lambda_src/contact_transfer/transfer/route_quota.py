"""The limit of a route: it moves one tree of contacts so often and no more, or a route set off by its own transfers would loop.

A tree is all contacts with the same initial contact. Which one that is must be known before the contact moves: a new
contact that Connect does not show yet is waited for.
"""

from __future__ import annotations

from collections.abc import Mapping

from contact_transfer.connect.client import Connect
from contact_transfer.connect.responses import ContactView, Unavailable
from contact_transfer.ledger.records import Begun
from contact_transfer.ledger.route_quotas import Allowances
from contact_transfer.ledger.table import LedgerUnavailable
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.clock import Clock, Deadline
from contact_transfer.transfer.outcome import Cause, Failed, FailureCode


class Routes:
    """``most``: moves of one tree, by route. ``shown_seconds``: how long a contact may stay unknown to Connect's look-ups."""

    def __init__(
        self, allowances: Allowances, connect: Connect, clock: Clock, most: Mapping[str, int], shown_seconds: float
    ) -> None:
        self._allowances = allowances
        self._connect = connect
        self._clock = clock
        self._most = most
        self._shown = shown_seconds

    def check(
        self, request: TransferRequest, begun: Begun, contact: ContactView | None, deadline: Deadline
    ) -> Failed | None:
        """Take an allowance for a request that came by a route. Raises what ``Connect.chain`` raises."""
        if request.route is None:
            return None
        tree = self._tree(request, begun, contact, deadline)
        most = self._most[request.route]
        try:
            taken = self._allowances.take(request, begun, tree, most, self._clock.now())
        except LedgerUnavailable as error:
            raise Unavailable(Cause.ACCESS_DENIED if error.denied else Cause.LEDGER, error.detail) from error
        if taken:
            return None
        return Failed(
            FailureCode.ROUTE_LIMIT_REACHED,
            f"Route {request.route} has moved the tree of contact {tree} {most} time{'s' if most > 1 else ''} before,"
            f" so contact {request.contact_id} stays where it is.",
        )

    def failed(self, request: TransferRequest, failed: Failed) -> None:
        """Give the allowance back, unless the contact may have moved all the same. Raise ``LedgerUnavailable``."""
        if request.route is not None and not failed.in_doubt:
            self._allowances.give_back(request, self._clock.now())

    def _tree(self, request: TransferRequest, begun: Begun, contact: ContactView | None, deadline: Deadline) -> str:
        """The id of the initial contact."""
        if contact is not None and (contact.initial_contact_id or not contact.previous_contact_id):
            return contact.initial_contact_id or contact.contact_id
        chain = {
            seen.contact_id: seen for seen in self._connect.chain(request.instance_id, request.contact_id, deadline)
        }
        seen = contact or chain.get(request.contact_id)
        if seen is None:
            return self._unknown(request, begun)
        first = seen.contact_id
        while seen is not None:
            if seen.initial_contact_id:
                return seen.initial_contact_id
            first = seen.previous_contact_id or seen.contact_id
            seen = chain.pop(seen.previous_contact_id or "", None)
        return first

    def _unknown(self, request: TransferRequest, begun: Begun) -> str:
        """A contact that has not shown for so long is not new: TransferContact has the last word about it."""
        if self._clock.now() < begun.first_at + self._shown:
            raise Unavailable(Cause.NOT_SHOWN, "DescribeContact and ListAssociatedContacts do not know the contact yet")
        return request.contact_id
