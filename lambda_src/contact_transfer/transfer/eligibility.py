"""Whether a contact and a flow are fit for a transfer, and which rule explains a refusal: the constraints, asked of Connect."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from contact_transfer.connect.connect import Connect
from contact_transfer.connect.responses import TRANSFER_METHODS, ContactView, Refusal, Rejected, Unavailable
from contact_transfer.connect.tree import Tree
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer import rules
from contact_transfer.transfer.clock import Deadline
from contact_transfer.transfer.flow_check import Flows
from contact_transfer.transfer.outcome import Cause, Failed, FailureCode, Skipped
from contact_transfer.transfer.reconciliation import is_successor


class Eligibility:
    """Applies the documented constraints to what Connect shows. Raises what ``Connect``'s look-ups raise."""

    def __init__(self, connect: Connect, flows: Flows, channels: Collection[str], region: str) -> None:
        self._connect = connect
        self._flows = flows
        self._channels = channels
        self._region = region

    def check(
        self, request: TransferRequest, contact: ContactView | None, deadline: Deadline, tree: Tree
    ) -> Failed | Skipped | None:
        """The documented constraints, and the request's own conditions. A contact that does not show is for TransferContact to judge.

        ``tree``: the contact's.
        """
        return self._check(request, contact, tree, deadline, afresh=False)

    def _check(
        self, request: TransferRequest, contact: ContactView | None, tree: Tree, deadline: Deadline, *, afresh: bool
    ) -> Failed | Skipped | None:
        if contact is not None and (refused := self._check_contact(request, contact)):
            return refused
        if refused := self._flows.check(request.instance_id, request.contact_flow_id, deadline, afresh=afresh):
            return refused
        if contact is not None and contact.previous_contact_id:
            return rules.check_transfers(request.contact_id, _transfers(contact, tree))
        return None

    def _check_contact(self, request: TransferRequest, contact: ContactView) -> Failed | Skipped | None:
        if elsewhere := rules.check_region(contact.contact_id, contact.origin_region, self._region):
            return elsewhere
        channel = contact.channel or ""
        if channel and (wrong := rules.check_channel(contact.contact_id, channel, self._channels)):
            return wrong
        if contact.ended:
            return rules.ended_contact(request.contact_id)
        if not request.is_conditional:
            return None
        connected = contact.connected_at is not None
        return rules.unmet_condition(
            request.contact_id, contact.queue_id, request.only_if_in_queue_id, connected=connected
        )

    def explain(self, request: TransferRequest, answer: Rejected, deadline: Deadline, tree: Tree) -> Failed | Skipped:
        """Connect refused for certain: find which rule explains it, since its messages are not documented. ``tree``: the contact's.

        Raise ``Unavailable`` when the refusal will pass.
        """
        contact = self._connect.contact(request.instance_id, request.contact_id, deadline)
        if refused := self._check(request, contact, tree, deadline, afresh=True):
            return refused
        if answer.refusal is Refusal.QUOTA:
            raise Unavailable(Cause.ACTIVE_TASK_QUOTA, answer.detail)
        if moved := _transferred(request, tree):
            return moved
        if answer.refusal is Refusal.NOT_FOUND and (request.queue_id or request.user_id):
            kind, name = ("Queue", request.queue_id) if request.queue_id else ("Agent", request.user_id)
            return Failed(
                FailureCode.DESTINATION_NOT_FOUND,
                f"{kind} {name} is not known to instance {request.instance_id}; if it is, the contact ended at that moment.",
            )
        return Failed(
            FailureCode.REJECTED_BY_CONNECT,
            f"Connect refused to transfer contact {request.contact_id} with {answer.detail}; no documented rule explains why.",
        )


def _transferred(request: TransferRequest, tree: Iterable[ContactView]) -> Failed | None:
    """Why a contact that shows as active is not: DescribeContact may be late, and a contact that it was transferred to shows."""
    successors = [seen for seen in tree if is_successor(seen, request.contact_id)]
    return rules.ended_contact(request.contact_id, successors) if successors else None


def _transfers(contact: ContactView, tree: Tree) -> int:
    """How many transfers precede the contact, along the chain of previous contacts, as far as the rule needs to know."""
    transfers, hop, seen = 0, contact, {contact.contact_id}
    while hop.previous_contact_id is not None and transfers < rules.MAXIMUM_TRANSFERS:
        transfers += hop.initiation_method in TRANSFER_METHODS
        before = None if hop.previous_contact_id in seen else tree.find(hop.previous_contact_id)
        if before is None:
            break
        seen.add(before.contact_id)
        hop = before
    return transfers
