"""What Connect or the ledger says against a reported failure. Pure; a code that nothing can contradict afterwards has no entry.

``OutcomeUnknown`` says that the contact may have been transferred, so nothing contradicts it. A flow or a destination may have been
put right since, so what Connect shows of these now says nothing about then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from contact_transfer.connect.responses import TRANSFER_METHODS, ContactView
from contact_transfer.ledger.records import Contact, RequestRecord
from contact_transfer.request.identity import name_of
from contact_transfer.transfer.failure_codes import FailureCode
from contact_transfer.transfer.reconciliation import is_successor
from contact_transfer.transfer.rules import MAXIMUM_TRANSFERS
from transfers_cli import say
from transfers_cli.audit.facts import Failure, Shown, transfers_in

#: A contact may not show so long after it began. Source: docs/contract.md, ``ContactNotFound``.
_NOT_SHOWN_SECONDS = 60.0
#: Clocks may differ by so much (assumed).
_CLOCKS_SECONDS = 5.0


def contradiction(
    failure: Failure, contact: Contact | None, shown: Shown | None, *, channels: frozenset[str], region: str
) -> str | None:
    """What speaks against the failure, as the end of a sentence; None when nothing does.

    Args:
        failure: as it was reported.
        contact: the ledger's document of its contact.
        shown: the contact in Connect, if it was asked about.
        channels: what the deployment may transfer.
        region: the deployment's own.
    """
    if found := _in_ledger(failure, contact):
        return found
    if shown is None or shown.view is None:
        return None
    record = _record(failure, contact)
    if found := _own_successor(failure, contact, record, shown.tree or ()):
        return found
    view, check = shown.view, _CHECKS.get(failure.code)
    if record is not None and record.moved_contact_id is not None:
        check = None  # with follow, the failure is about the contact that was to be moved
    if failure.code == FailureCode.UNSUPPORTED_CHANNEL and view.channel in channels:
        return f"Connect shows the contact's channel as {view.channel}"
    if failure.code == FailureCode.CONTACT_IN_ANOTHER_REGION and view.origin_region in (None, region):
        return "Connect shows that the contact began in this Region"
    return check(failure, view, shown.tree or ()) if check is not None else None


def _in_ledger(failure: Failure, contact: Contact | None) -> str | None:
    """The request had been transferred when it was reported as failed."""
    if contact is None or failure.code == FailureCode.IDEMPOTENCY_MISMATCH:
        return None
    for made in transfers_in(contact):
        if made.name == failure.request and made.at < failure.at - _CLOCKS_SECONDS:
            return f"the ledger has its transfer to {made.new_contact_id} at {say.when(made.at)}"
    return None


def _own_successor(
    failure: Failure, contact: Contact | None, record: RequestRecord | None, tree: Sequence[ContactView]
) -> str | None:
    """A contact that the request's own call may have made, and that no transfer of the ledger accounts for."""
    if contact is None or record is None or record.first_called_at is None:
        return None
    accounted = {made.new_contact_id for made in transfers_in(contact)}
    for one in tree:
        began = one.initiated_at or 0.0
        own = is_successor(one, failure.contact_id or "") and one.contact_id not in accounted
        if own and record.first_called_at <= began <= failure.at:
            return f"Connect shows contact {one.contact_id}, which began at {say.when(began)}, after its call"
    return None


def _record(failure: Failure, contact: Contact | None) -> RequestRecord | None:
    records = {} if contact is None else contact.requests
    return next((record for key, record in records.items() if name_of(key) == failure.request), None)


def _not_found(failure: Failure, view: ContactView, _tree: Sequence[ContactView]) -> str | None:
    if view.initiated_at is None or view.initiated_at > failure.at - _NOT_SHOWN_SECONDS - _CLOCKS_SECONDS:
        return None
    return f"Connect knows the contact since {say.when(view.initiated_at)}"


def _not_active(failure: Failure, view: ContactView, tree: Sequence[ContactView]) -> str | None:
    moved = any(is_successor(one, view.contact_id) and (one.initiated_at or 0.0) <= failure.at for one in tree)
    if moved or (view.ended_at is not None and view.ended_at <= failure.at + _CLOCKS_SECONDS):
        return None
    return f"Connect shows it as {'active' if view.ended_at is None else f'ended only at {say.when(view.ended_at)}'}"


def _transferred_often(_failure: Failure, view: ContactView, tree: Sequence[ContactView]) -> str | None:
    by_id, transfers, hop, seen = {one.contact_id: one for one in tree}, 0, view, set[str]()
    while hop.previous_contact_id is not None and hop.contact_id not in seen:
        seen.add(hop.contact_id)
        transfers += hop.initiation_method in TRANSFER_METHODS
        if hop.previous_contact_id not in by_id:
            break
        hop = by_id[hop.previous_contact_id]
    return f"Connect shows {say.count(transfers, 'transfer')} before it" if transfers < MAXIMUM_TRANSFERS else None


_CHECKS: Mapping[str, Callable[[Failure, ContactView, Sequence[ContactView]], str | None]] = {
    FailureCode.CONTACT_NOT_FOUND: _not_found,
    FailureCode.CONTACT_NOT_ACTIVE: _not_active,
    FailureCode.TRANSFER_LIMIT_REACHED: _transferred_often,
}
