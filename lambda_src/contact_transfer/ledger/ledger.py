"""The ledger: who may transfer a contact, who did, and what is in doubt. The pure functions of this package, applied to the table.

    acquire           take the contact's lease, which also notes that a call may be made
    bind              a ``requestId`` belongs to one set of parameters, until the request has ended without a transfer
    choose_successor  which contact is moved in the place of the one that was named; written before that one is touched
    take_permit       a route moves a tree so often and no more
    record_transfer   the transfer happened: nothing but a transfer to another contact stands against that
    record_end        the request ended without a transfer; written before it is reported
    cancel            a request or a batch that has not been carried out is called off
    release           not now: give the lease back, and keep what is in doubt

Items that have expired but are still there count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from contact_transfer.ledger import contact as contacts
from contact_transfer.ledger import request_ids, route_quotas
from contact_transfer.ledger.documents import batch_key, contact_key, request_key, route_key
from contact_transfer.ledger.records import (
    Acquisition,
    Claim,
    Contact,
    EndRecord,
    LeaseAcquired,
    Transfer,
)
from contact_transfer.ledger.request_ids import Batch, IdCancelled, IdTaken, RequestId, TurnPassed
from contact_transfer.ledger.route_quotas import Permit, RouteQuota
from contact_transfer.ledger.store import Handle, LedgerUnavailable, Store
from contact_transfer.request import identity
from contact_transfer.request.cancellation import Cancellation, waits_since
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.clock import Now


class Conflict(Exception):
    """Amazon Connect answered 200 although the ledger has the contact as transferred to another one: ``transfer``."""

    def __init__(self, transfer: Transfer) -> None:
        super().__init__(transfer.name)
        self.transfer = transfer


class Ledger:
    """All documents, through one store. ``now``: epoch seconds, from which items count the days until they expire."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now

    def session(self, request: TransferRequest, *, is_new: bool) -> Session:
        """Work on one delivery of a request. ``is_new``: the contact is probably not in the ledger yet, so it is not read first."""
        return Session(self._store, self._now, request, is_new=is_new)

    def cancel(self, cancellation: Cancellation, until: float) -> None:
        """Call off what has not been carried out, until ``until`` (epoch seconds). Raise ``LedgerUnavailable``."""
        instance_id, now = cancellation.instance_id, self._now()
        if cancellation.batch_id is not None:
            batch = Handle(self._store, Batch, batch_key(instance_id, cancellation.batch_id))
            batch.apply(partial(request_ids.cancel_batch, until=until), now)
        if cancellation.request_id is not None:
            name = identity.request_name(instance_id, cancellation.request_id)
            wanted = RequestId("", instance_id, "", 0, is_bound=False, cancelled_until=until)
            Handle(self._store, RequestId, request_key(name)).apply(partial(request_ids.cancel, wanted=wanted), now)

    def is_cancelled(self, request: TransferRequest) -> bool:
        """Whether the request is called off by its ``requestId`` or with its batch. Reads their documents; raises ``LedgerUnavailable``."""
        return _cancelled_until(self._store, request, self._now(), by_name=True) is not None


class Session:
    """What the ledger does for one delivery. Every method can raise ``LedgerUnavailable``."""

    def __init__(self, store: Store, now: Callable[[], float], request: TransferRequest, *, is_new: bool) -> None:
        self._store = store
        self._now = now
        self._request = request
        self._contact = Handle(store, Contact, contact_key(request.instance_id, request.contact_id), is_new=is_new)
        self._name: Handle[RequestId] | None = None
        self._quota: Handle[RouteQuota] | None = None
        self._tree: str | None = None

    def acquire(self, claim: Claim, now: Now) -> Acquisition:
        """Take the contact's lease. See ``contact.acquire``."""
        return self._contact.apply(partial(contacts.acquire, claim=claim, now=now), self._now())

    def confirm_start(self, held: LeaseAcquired) -> None:
        """Note that work began for certain: a lease counts even when its answer is lost and nobody works."""
        self._need(self._contact.apply(partial(contacts.confirm_start, lease=held.lease), self._now()))

    def bind(self, held: LeaseAcquired) -> IdTaken | IdCancelled | None:
        """Bind the request's ``requestId`` to its parameters. Answer to whom it belongs when it has others, or that it is cancelled."""
        now = self._now()
        since = waits_since(self._request, now)
        answer = self._id_handle(held).apply(partial(request_ids.bind, wanted=self._id(held), since=since), now)
        self._need(not isinstance(answer, TurnPassed))
        return answer if isinstance(answer, IdTaken | IdCancelled) else None

    def cancelled_until(self, held: LeaseAcquired, *, by_name: bool) -> float | None:
        """Until when the request is cancelled by itself or with its batch; None when it is not. Reads the batch, if there is one.

        ``by_name``: the ``requestId`` is read as well. It need not be where it is bound, which shows that it is cancelled.
        """
        known = held.record.cancelled_until or 0.0
        return _cancelled_until(self._store, self._request, self._now(), by_name=by_name, known=known)

    def take_permit(self, held: LeaseAcquired, tree: str, most: int) -> bool:
        """Take one of the ``most`` permits of the request's route for ``tree``. False when others hold them all."""
        self._need(self._contact.apply(partial(contacts.remember_tree, lease=held.lease, tree=tree), self._now()))
        self._tree = tree
        change = partial(route_quotas.take_permit, holder=self._request.entry, turn=held.lease.turn, most=most)
        permit = self._quota_handle(held, tree).apply(change, self._now())
        self._need(permit is not Permit.TURN_PASSED)
        return permit is Permit.TAKEN

    def choose_successor(self, held: LeaseAcquired, successor: str) -> None:
        """Note which contact the request moves in this one's place. Call it before that contact is touched.

        ``successor``: that contact's id.
        """
        change = partial(contacts.choose_successor, lease=held.lease, successor=successor)
        self._need(self._contact.apply(change, self._now()))

    def of_successor(self, held: LeaseAcquired, request: TransferRequest, *, is_new: bool) -> Session:
        """Work on the contact that ``request`` moves in this one's place. ``held``: this contact's lease."""
        return _SuccessorSession(self._store, self._now, request, is_new=is_new, named=self, named_held=held)

    def record_transfer(self, held: LeaseAcquired, done: Transfer) -> None:
        """Write down that the contact was transferred. Raise ``Conflict`` when it went to another contact."""
        change = contacts.record_transfer
        if done.moved_contact_id is not None or done.new_contact_id == self._request.contact_id:
            change = contacts.record_done
        stands = self._contact.apply(partial(change, lease=held.lease, done=done), self._now())
        self._need(stands is not None)
        if stands is not None and not done.is_same(stands):
            raise Conflict(stands)

    def recorded_end(self, message_id: str) -> EndRecord | None:
        """The end that the message was given, as the ledger was when it was last read or written."""
        contact = self._contact.seen
        return None if contact is None else contact.ends.get(message_id)

    def record_end(self, held: LeaseAcquired, end: EndRecord) -> None:
        """Write down that the request ended without a transfer. Call it before the end is reported.

        One that leaves no doubt gives the permit back and frees the ``requestId``, in this order and under the lease: a request that
        acquires it next finds neither.
        """
        if not end.in_doubt:
            self._give_back(held, end)
        written = self._contact.apply(partial(contacts.record_end, lease=held.lease, end=end), self._now())
        self._need(written is not None)

    def _give_back(self, held: LeaseAcquired, end: EndRecord) -> None:
        tree = self._tree or held.record.tree
        if self._request.route is not None and tree is not None:
            change = partial(route_quotas.return_permit, holder=self._request.entry, turn=held.lease.turn)
            self._quota_handle(held, tree).apply(change, self._now())
        if self._request.request_id is not None:
            wanted = replace(self._id(held), cancelled_until=end.cancelled_until)
            self._id_handle(held).apply(partial(request_ids.free, wanted=wanted), self._now())

    def release(self, held: LeaseAcquired, how: contacts.Release) -> None:
        """Give the lease back. What another worker holds by now is left alone."""
        self._contact.apply(partial(contacts.release, lease=held.lease, how=how), self._now())

    def mark_reported(self, message_id: str) -> None:
        """Note that a message's end is reported for good."""
        self._contact.apply(partial(contacts.mark_reported, message_id=message_id), self._now())

    def _id(self, held: LeaseAcquired) -> RequestId:
        request = self._request
        return RequestId(request.fingerprint, request.instance_id, request.contact_id, held.lease.turn, is_bound=True)

    def _id_handle(self, held: LeaseAcquired) -> Handle[RequestId]:
        if self._name is None:
            key = request_key(self._request.name)
            self._name = Handle(self._store, RequestId, key, is_new=held.record.attempts == 1)
        return self._name

    def _quota_handle(self, held: LeaseAcquired, tree: str) -> Handle[RouteQuota]:
        if self._quota is None:
            key = route_key(self._request.instance_id, tree, self._request.route or "")
            self._quota = Handle(self._store, RouteQuota, key, is_new=held.record.attempts == 1)
        return self._quota

    @staticmethod
    def _need(condition: bool) -> None:  # noqa: FBT001 - a condition, not a switch
        if not condition:
            raise LedgerUnavailable("the lease was lost, or this worker's clock is behind")


class _SuccessorSession(Session):
    """Work on a contact that is moved in the place of the named one, under both leases.

    The request's name and its route permit are held under the named contact's lease alone, whose turns they remember; and what the request
    has come to is reported from there.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], float],
        request: TransferRequest,
        *,
        is_new: bool,
        named: Session,
        named_held: LeaseAcquired,
    ) -> None:
        super().__init__(store, now, request, is_new=is_new)
        self._named = named
        self._named_held = named_held

    def bind(self, _held: LeaseAcquired) -> IdTaken | IdCancelled | None:
        return self._named.bind(self._named_held)

    def cancelled_until(self, _held: LeaseAcquired, *, by_name: bool) -> float | None:
        return self._named.cancelled_until(self._named_held, by_name=by_name)

    def take_permit(self, _held: LeaseAcquired, tree: str, most: int) -> bool:
        return self._named.take_permit(self._named_held, tree, most)

    def record_end(self, held: LeaseAcquired, end: EndRecord) -> None:
        super().record_end(held, replace(end, reported=True))

    def _give_back(self, held: LeaseAcquired, end: EndRecord) -> None:
        """The end of the request does that, as the named contact records it."""


def _cancelled_until(
    store: Store, request: TransferRequest, now: float, *, by_name: bool, known: float = 0.0
) -> float | None:
    """The latest time until which the request is cancelled, ``known`` or read; None when it has waited only since then."""
    until, batch, name = known, None, None
    if request.batch_id is not None:
        batch = Handle(store, Batch, batch_key(request.instance_id, request.batch_id)).read()
    if by_name and request.request_id is not None:
        name = Handle(store, RequestId, request_key(request.name)).read()
    until = max(until, *(one.cancelled_until or 0.0 for one in (batch, name) if one is not None), 0.0)
    return until if until > waits_since(request, now) else None
