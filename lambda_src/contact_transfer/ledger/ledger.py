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

from dataclasses import replace

from contact_transfer.ledger import contact as contacts
from contact_transfer.ledger import request_ids, route_quotas
from contact_transfer.ledger.acquisition import Acquisition, Claim, LeaseAcquired
from contact_transfer.ledger.documents import batch_key, contact_key, request_key, route_key
from contact_transfer.ledger.records import Contact, EndRecord, Transfer
from contact_transfer.ledger.request_ids import Batch, IdCancelled, IdTaken, RequestId, TurnPassed
from contact_transfer.ledger.route_quotas import Permit, RouteQuota
from contact_transfer.ledger.store import Handle, LedgerUnavailable, Store
from contact_transfer.request import identity
from contact_transfer.request.cancellation import Cancellation, waits_since
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.clock import Now


def cancel(store: Store, cancellation: Cancellation, until: float) -> None:
    """Call off what has not been carried out, until ``until`` (epoch seconds). Raise ``LedgerUnavailable``."""
    instance_id = cancellation.instance_id
    if cancellation.batch_id is not None:
        Handle(store, Batch, batch_key(instance_id, cancellation.batch_id)).apply(request_ids.cancel_batch, until)
    if cancellation.request_id is not None:
        name = identity.request_name(instance_id, cancellation.request_id)
        wanted = RequestId("", instance_id, "", 0, is_bound=False, cancelled_until=until)
        Handle(store, RequestId, request_key(name)).apply(request_ids.cancel, wanted)


def cancelled_until(store: Store, request: TransferRequest, *, by_name: bool, known: float = 0.0) -> float | None:
    """The latest time until which the request is cancelled; None when it has waited only since then. Raise ``LedgerUnavailable``.

    The batch's document is read, and with ``by_name`` that of the ``requestId``. ``known``: until when it is cancelled at least.
    """
    ends = [known]
    if request.batch_id is not None and (
        batch := Handle(store, Batch, batch_key(request.instance_id, request.batch_id)).read()
    ):
        ends.append(batch.cancelled_until)
    if (
        by_name
        and request.request_id is not None
        and (name := Handle(store, RequestId, request_key(request.name)).read())
    ):
        ends.append(name.cancelled_until or 0.0)
    return max(ends) if max(ends) > waits_since(request, store.now()) else None


class Session:
    """What the ledger does for one delivery of a request. Every method can raise ``LedgerUnavailable``.

    ``is_new``: the contact is probably not in the ledger yet, so it is not read first. ``held``: the contact's lease, once it is acquired;
    all methods but ``mark_reported`` need it.
    """

    held: LeaseAcquired

    def __init__(self, store: Store, request: TransferRequest, *, is_new: bool) -> None:
        self._store = store
        self._request = request
        self._contact = Handle(store, Contact, contact_key(request.instance_id, request.contact_id), is_new=is_new)
        self._name: Handle[RequestId] | None = None
        self._quota: Handle[RouteQuota] | None = None
        self._tree: str | None = None

    def acquire(self, claim: Claim, now: Now) -> Acquisition:
        """Take the contact's lease. See ``contact.acquire``."""
        answer = self._contact.apply(contacts.acquire, claim, now)
        if isinstance(answer, LeaseAcquired):
            self.held = answer
        return answer

    def confirm_start(self) -> None:
        """Note that work began for certain: a lease counts even when its answer is lost and nobody works."""
        _need(self._contact.apply(contacts.confirm_start, self.held.lease))

    def bind(self) -> IdTaken | IdCancelled | None:
        """Bind the request's ``requestId`` to its parameters. Answer to whom it belongs when it has others, or that it is cancelled."""
        since = waits_since(self._request, self._store.now())
        answer = self._id_handle().apply(request_ids.bind, self._id(), since)
        _need(not isinstance(answer, TurnPassed))
        return answer if isinstance(answer, IdTaken | IdCancelled) else None

    def cancelled_until(self, *, by_name: bool) -> float | None:
        """Until when the request is cancelled by itself or with its batch; None when it is not. Reads the batch, if there is one.

        ``by_name``: the ``requestId`` is read as well. It need not be where it is bound, which shows that it is cancelled.
        """
        known = self.held.record.cancelled_until or 0.0
        return cancelled_until(self._store, self._request, by_name=by_name, known=known)

    def take_permit(self, tree: str, most: int) -> bool:
        """Take one of the ``most`` permits of the request's route for ``tree``. False when others hold them all."""
        _need(self._contact.apply(contacts.remember_tree, self.held.lease, tree))
        self._tree = tree
        change, turn = route_quotas.take_permit, self.held.lease.turn
        permit = self._quota_handle(tree).apply(change, self._request.entry, turn, most)
        _need(permit is not Permit.TURN_PASSED)
        return permit is Permit.TAKEN

    def choose_successor(self, successor: str) -> None:
        """Note which contact the request moves in this one's place. Call it before that contact is touched.

        ``successor``: that contact's id.
        """
        _need(self._contact.apply(contacts.choose_successor, self.held.lease, successor))

    def of_successor(self, request: TransferRequest, *, is_new: bool) -> Session:
        """Work on the contact that ``request`` moves in this one's place."""
        return _SuccessorSession(self._store, request, is_new=is_new, named=self)

    def record_transfer(self, done: Transfer) -> Transfer:
        """Write down that the contact was transferred. Answer the transfer that stands, which may be to another contact."""
        change = contacts.record_transfer
        if done.moved_contact_id is not None or done.new_contact_id == self._request.contact_id:
            change = contacts.record_done
        stands = self._contact.apply(change, self.held.lease, done)
        if stands is None:
            raise LedgerUnavailable(_LOST)
        return stands

    def recorded_end(self, message_id: str) -> EndRecord | None:
        """The end that the message was given, as the ledger was when it was last read or written."""
        return self._contact.seen.ends.get(message_id) if self._contact.seen is not None else None

    def record_end(self, end: EndRecord) -> None:
        """Write down that the request ended without a transfer. Call it before the end is reported.

        One that leaves no doubt gives the permit back and frees the ``requestId``, in this order and under the lease: a request that
        acquires it next finds neither.
        """
        if not end.in_doubt:
            self._give_back(end)
        _need(self._contact.apply(contacts.record_end, self.held.lease, end) is not None)

    def _give_back(self, end: EndRecord) -> None:
        tree = self._tree or self.held.record.tree
        if self._request.route is not None and tree is not None:
            change = route_quotas.return_permit
            self._quota_handle(tree).apply(change, self._request.entry, self.held.lease.turn)
        if self._request.request_id is not None:
            self._id_handle().apply(request_ids.free, replace(self._id(), cancelled_until=end.cancelled_until))

    def release(self, how: contacts.Release) -> None:
        """Give the lease back. What another worker holds by now is left alone."""
        self._contact.apply(contacts.release, self.held.lease, how)

    def mark_reported(self, message_id: str) -> None:
        """Note that a message's end is reported for good."""
        self._contact.apply(contacts.mark_reported, message_id)

    def _id(self) -> RequestId:
        request, turn = self._request, self.held.lease.turn
        return RequestId(request.fingerprint, request.instance_id, request.contact_id, turn, is_bound=True)

    def _id_handle(self) -> Handle[RequestId]:
        if self._name is None:
            is_new = self.held.record.attempts == 1
            self._name = Handle(self._store, RequestId, request_key(self._request.name), is_new=is_new)
        return self._name

    def _quota_handle(self, tree: str) -> Handle[RouteQuota]:
        if self._quota is None:
            key = route_key(self._request.instance_id, tree, self._request.route or "")
            self._quota = Handle(self._store, RouteQuota, key, is_new=self.held.record.attempts == 1)
        return self._quota


class _SuccessorSession(Session):
    """Work on a contact that is moved in the place of the named one, under both leases.

    The request's name and its route permit are held under the named contact's lease alone, whose turns they remember; and what the request
    has come to is reported from there.
    """

    def __init__(self, store: Store, request: TransferRequest, *, is_new: bool, named: Session) -> None:
        super().__init__(store, request, is_new=is_new)
        self._named = named

    def bind(self) -> IdTaken | IdCancelled | None:
        return self._named.bind()

    def cancelled_until(self, *, by_name: bool) -> float | None:
        return self._named.cancelled_until(by_name=by_name)

    def take_permit(self, tree: str, most: int) -> bool:
        return self._named.take_permit(tree, most)

    def record_end(self, end: EndRecord) -> None:
        super().record_end(replace(end, reported=True))

    def _give_back(self, end: EndRecord) -> None:
        """The end of the request does that, as the named contact records it."""


_LOST = "the lease was lost, or this worker's clock is behind"


def _need(condition: bool) -> None:  # noqa: FBT001 - a condition, not a switch
    if not condition:
        raise LedgerUnavailable(_LOST)
