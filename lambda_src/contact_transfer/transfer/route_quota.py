"""The limit of a route: it moves one tree of contacts so often and no more, or a route set off by its own transfers would loop.

A tree is all contacts with the same initial contact. Which one that is must be known before the contact moves: a new
contact that Connect does not show yet is waited for.
"""

from __future__ import annotations

from collections.abc import Mapping

from contact_transfer.connect.connect import Connect
from contact_transfer.connect.responses import ContactView, Unavailable
from contact_transfer.ledger.ledger import Session
from contact_transfer.ledger.records import RequestRecord
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.clock import Deadline
from contact_transfer.transfer.outcome import Cause, Failed, FailureCode


class Routes:
    """``most``: moves of one tree, by route. ``shown_seconds``: how long a contact may stay unknown to Connect's look-ups."""

    def __init__(self, connect: Connect, most: Mapping[str, int], shown_seconds: float) -> None:
        self._connect = connect
        self._most = most
        self._shown = shown_seconds

    def check(
        self,
        request: TransferRequest,
        session: Session,
        contact: ContactView | None,
        deadline: Deadline,
    ) -> Failed | None:
        """Take a permit for a request that came by a route. Raises what ``Connect.tree`` and the ledger raise."""
        if request.route is None:
            return None
        record, most = session.held.record, self._most[request.route]
        tree = record.tree or self._tree(request, record, contact, deadline)
        if session.take_permit(tree, most):
            return None
        return Failed(
            FailureCode.ROUTE_LIMIT_REACHED,
            f"Route {request.route} has moved the tree of contact {tree} {most} time{'s' if most > 1 else ''} before,"
            f" so contact {request.contact_id} stays where it is.",
        )

    def _tree(
        self, request: TransferRequest, record: RequestRecord, contact: ContactView | None, deadline: Deadline
    ) -> str:
        """The id of the initial contact."""
        if contact is not None and (contact.initial_contact_id or not contact.previous_contact_id):
            return contact.initial_contact_id or contact.contact_id
        tree = self._connect.tree(request.instance_id, request.contact_id, deadline)
        seen = contact or tree.find(request.contact_id)
        if seen is None:
            return self._unknown(request, record)
        first, passed = seen.contact_id, set[str]()
        while seen is not None and seen.contact_id not in passed:
            if seen.initial_contact_id:
                return seen.initial_contact_id
            passed.add(seen.contact_id)
            first = seen.previous_contact_id or seen.contact_id
            seen = tree.find(seen.previous_contact_id) if seen.previous_contact_id else None
        return first

    def _unknown(self, request: TransferRequest, record: RequestRecord) -> str:
        """A contact that has not shown for so long is not new: TransferContact has the last word about it."""
        if self._connect.clock.now() < record.first_at + self._shown:
            raise Unavailable(Cause.NOT_SHOWN, "DescribeContact and ListAssociatedContacts do not know the contact yet")
        return request.contact_id
