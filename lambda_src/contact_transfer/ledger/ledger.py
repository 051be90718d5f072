"""The ledger: who may transfer a contact, who did, and what is in doubt. One DynamoDB table, one item a contact.

    begin     take the lease on the contact and note the attempt, in one conditional write
    claim     a ``requestId`` belongs to one set of parameters, until the request has failed
    finish    the transfer happened: nothing but a transfer to another contact stands against that
    fail      the request ended without a transfer; written before anybody is told
    release   not now: give the lease back, and keep what is in doubt

Every write may be applied and its answer lost, so each can be sent again by the SDK: the lease's owner is unique to one
begin, and a refused condition shows the item that refused it. Items that have expired but are still there count.
"""

from __future__ import annotations

from typing import Any

from contact_transfer.ledger import records
from contact_transfer.ledger.records import Attempt, Begun, Held, OthersDoubt, Verdict, Won, ms
from contact_transfer.ledger.request_ids import RequestIds
from contact_transfer.ledger.table import LedgerUnavailable, Table
from contact_transfer.messaging.sqs_record import Delivery
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.outcome import Failed, Transferred

_ATTEMPT = (
    "attemptName, attemptSince, attemptLast, attemptUntil, attemptPrior, attemptPriorUntil, attemptQueue, attemptUser"
)
_LEASE = "leaseOwner, leaseUntil"
#: An attempt that was noted by a begin which made no call.
_AS_BEFORE = ", attemptLast = attemptPrior, attemptUntil = attemptPriorUntil"
#: An update expression has limits of its own; each failure leaves one trace, so even two would do.
_FORGOTTEN_AT_ONCE = 3
_FREE = "(attribute_not_exists(leaseOwner) OR leaseUntil < :now)"
_IN_TURN = "(attribute_not_exists(leaseSince) OR leaseSince < :at)"
#: How often a begin is sent anew because the lease was had by clocks that are ahead.
_TURNS = 5


class Conflict(Exception):
    """The ledger says the contact went elsewhere; ``won`` says where."""

    def __init__(self, won: Won) -> None:
        super().__init__(won.name)
        self.won = won


class Ledger:
    """``keep_seconds``: how long an item outlives its last change. Every method can raise ``LedgerUnavailable``."""

    def __init__(self, table: Table, keep_seconds: float) -> None:
        self._table = table
        self._keep = keep_seconds
        self._requests = RequestIds(table, keep_seconds)

    def claim(self, request: TransferRequest, delivery: Delivery, now: float) -> Failed | None:
        """Bind the request's ``requestId`` to its parameters, until it has failed. Answer the verdict when it has others."""
        return self._requests.claim(request, delivery, now)

    def refused(self, request: TransferRequest, delivery: Delivery, now: float) -> Failed | None:
        """The verdict for a request that could not begin, when its ``requestId`` belongs to other parameters."""
        return None if request.request_id is None else self._requests.refused(request, delivery, now)

    def known(self, request: TransferRequest) -> Won | Attempt | None:
        """What the request has come to so far: carried out, or begun and not settled."""
        item = self._table.read(records.contact_key(request.instance_id, request.contact_id))
        won, attempt = records.won(item, request.entry), records.attempt(item)
        if won is not None and won.entry == request.entry:
            return won
        return attempt if attempt is not None and attempt.entry == request.entry else None

    def begin(
        self, request: TransferRequest, owner: str, now: float, lease_until: float
    ) -> Begun | Won | Held | OthersDoubt:
        """Take the lease and note the attempt, unless the contact is won, held or in somebody else's doubt."""
        entry = request.entry
        return self._take(
            request,
            owner,
            now,
            expression="SET leaseOwner = :owner, leaseUntil = :lease, leaseSince = :at,"
            " attemptName = :name, attemptQueue = :queue, attemptUser = :user,"
            " attemptPrior = if_not_exists(attemptLast, :zero), attemptPriorUntil = if_not_exists(attemptUntil, :zero),"
            " attemptSince = if_not_exists(attemptSince, :now), attemptLast = :lease, attemptUntil = :lease,"
            " #first = if_not_exists(#first, :now), #asked = :asked, #expires = :expires"
            " ADD #begun :one, #unended :one",
            condition=f"attribute_not_exists(winner) AND attribute_not_exists(#done) AND {_FREE}"
            " AND (attribute_not_exists(attemptName) OR attemptName = :name)",
            values={
                ":owner": owner,
                ":lease": ms(lease_until),
                ":name": entry,
                ":queue": request.queue_id or "",
                ":user": request.user_id or "",
                ":zero": 0,
                ":one": 1,
                ":now": ms(now),
                ":asked": request.snapshot(),
                ":expires": self._expires(now),
            },
            names=_names(entry, "first", "asked", "begun", "unended", "done") | {"#expires": "expires"},
        )

    def take_over(
        self, request: TransferRequest, attempt: Attempt, owner: str, now: float, lease_until: float
    ) -> Begun | Won | Held | OthersDoubt:
        """Take the lease only, to look into another request's doubt; that attempt stays noted as it is."""
        entry = request.entry
        return self._take(
            request,
            owner,
            now,
            expression="SET leaseOwner = :owner, leaseUntil = :lease, leaseSince = :at,"
            " #first = if_not_exists(#first, :now), #asked = :asked, #expires = :expires,"
            " attemptPrior = attemptLast, attemptPriorUntil = attemptUntil"
            " ADD #begun :one, #unended :one",
            condition=f"attribute_not_exists(winner) AND attribute_not_exists(#done) AND {_FREE} AND attemptName = :other",
            values={
                ":owner": owner,
                ":lease": ms(lease_until),
                ":one": 1,
                ":now": ms(now),
                ":other": attempt.entry,
                ":asked": request.snapshot(),
                ":expires": self._expires(now),
            },
            names=_names(entry, "first", "asked", "begun", "unended", "done") | {"#expires": "expires"},
        )

    def _take(
        self,
        request: TransferRequest,
        owner: str,
        now: float,
        *,
        expression: str,
        condition: str,
        values: dict[str, Any],
        names: dict[str, str],
    ) -> Begun | Won | Held | OthersDoubt:
        """A lease that was given back is not taken again by the same write, sent before and late: its release may be as late."""
        key, at = records.contact_key(request.instance_id, request.contact_id), ms(now)
        for _ in range(_TURNS):
            written, refused = self._table.update(
                key, expression, f"{condition} AND {_IN_TURN}", values | {":at": at}, names
            )
            if written is not None:
                return records.begun(written, request, owner)
            item = refused or {}
            since, why_not = records.number(item, "leaseSince"), self._why_not(item, request, owner, now)
            if why_not is not None and (since < at or not isinstance(why_not, OthersDoubt)):
                return why_not
            at = max(at, since + 1)  # by a clock that is ahead: whoever reads this is not late
        raise LedgerUnavailable("the item changed while it was read")

    def _why_not(
        self, item: records.Item, request: TransferRequest, owner: str, now: float
    ) -> Begun | Won | Held | OthersDoubt | None:
        if records.text(item, "leaseOwner") == owner:  # applied before; its answer was lost and the SDK sent it again
            return records.begun(item, request, owner)
        if won := records.won(item, request.entry):
            return won
        if held := records.held(item, now):
            return held
        if (attempt := records.attempt(item)) and attempt.entry != request.entry:
            return OthersDoubt(attempt)
        return None

    def start(self, request: TransferRequest, begun: Begun) -> None:
        """Count a begin whose answer has arrived. A begin counts even when its answer is lost and no work is begun."""
        _, refused = self._table.update(
            records.contact_key(request.instance_id, request.contact_id),
            "SET #starts = :starts",
            "leaseOwner = :owner",
            {":starts": begun.starts + 1, ":owner": begun.owner},
            _names(request.entry, "starts"),
        )
        if refused is not None:
            raise LedgerUnavailable("the lease was lost")

    def finish(self, request: TransferRequest, done: Transferred, now: float, owner: str) -> None:
        """Write down that the contact was transferred. Raise ``Conflict`` when it went to another contact.

        A 200 needs no lease. What was only inferred must still hold it, as ``owner``.
        """
        if done.new_contact_id == request.contact_id:
            return self._finish_and_live_on(request, done, now, owner)
        mine = "winner = :name AND newContactId = :new"
        condition = f"attribute_not_exists(winner) OR ({mine})"
        values: dict[str, Any] = {}
        if done.inferred:
            condition = f"(attribute_not_exists(winner) AND leaseOwner = :owner) OR ({mine})"
            values[":owner"] = owner
        _, refused = self._table.update(
            records.contact_key(request.instance_id, request.contact_id),
            "SET winner = :name, newContactId = :new, newContactArn = :arn, transferredAt = :now, inferred = :inferred,"
            f" #unended = :zero, #asked = :asked, #expires = :expires REMOVE {_LEASE}, {_ATTEMPT}, #failures",
            condition,
            values
            | {
                ":name": request.entry,
                ":new": done.new_contact_id or "",
                ":arn": done.new_contact_arn or "",
                ":now": ms(now),
                ":inferred": done.inferred,
                ":zero": 0,
                ":asked": request.snapshot(),
                ":expires": self._expires(now),
            },
            _names(request.entry, "unended", "asked", "failures") | {"#expires": "expires"},
        )
        if refused is not None:
            won = records.won(refused, request.entry)
            if won is None:
                raise LedgerUnavailable("the lease was lost before the transfer was inferred")
            raise Conflict(won)
        return None

    def _finish_and_live_on(self, request: TransferRequest, done: Transferred, now: float, owner: str) -> None:
        """Connect kept the contact's id: this request is carried out, and others may follow, or hold the contact already."""

        def write(condition: str, gone: str, values: dict[str, Any]) -> records.Item | None:
            return self._table.update(
                records.contact_key(request.instance_id, request.contact_id),
                f"SET #done = :new, #doneArn = :arn, #unended = :zero, #expires = :expires REMOVE {gone}#failures",
                condition,
                values
                | {
                    ":new": done.new_contact_id or "",
                    ":arn": done.new_contact_arn or "",
                    ":zero": 0,
                    ":expires": self._expires(now),
                },
                _names(request.entry, "done", "doneArn", "unended", "failures") | {"#expires": "expires"},
            )[1]

        if write("leaseOwner = :owner", f"{_LEASE}, {_ATTEMPT}, ", {":owner": owner}) is not None:
            write("attribute_exists(pk)", "", {})

    def fail(self, request: TransferRequest, verdict: Verdict, begun: Begun | None) -> None:
        """Write down that the request ended without a transfer: its name is free to be corrected and sent again.

        Call it before anybody is told. ``begun``: what ``begin`` answered, or None when the request never had the lease. The
        lease goes with it, and the attempt where it was this request's own; so do the traces of requests that failed long before it.
        A verdict that leaves a doubt frees no name, and the attempt stays to be looked into when the request comes again.
        """
        # First the name and then the lease: whoever begins after this would else be taken for failed while it is under way.
        if request.request_id is not None and not verdict.failed.in_doubt:
            self._requests.free(request, verdict.at)
        if begun is not None:
            self._end(request, verdict, begun)

    def _end(self, request: TransferRequest, verdict: Verdict, begun: Begun) -> None:
        gone, kept = f"{_LEASE}, {_ATTEMPT}", ""
        if begun.foreign:
            gone = _LEASE
        elif verdict.failed.in_doubt:
            gone, kept = _LEASE, _AS_BEFORE
        ended, outdated = verdict.texts(), _outdated(begun, verdict)
        _, refused = self._table.update(
            records.contact_key(request.instance_id, request.contact_id),
            f"SET #ended = :ended, #told = :ended, #expires = :expires{kept}"
            f" REMOVE {', '.join([gone, '#first, #begun, #unended, #starts, #failures, #undone', *outdated])}",
            "leaseOwner = :owner",
            {":ended": ended, ":owner": begun.owner, ":expires": self._expires(verdict.at)},
            _names(request.entry, "ended", "first", "begun", "unended", "starts", "failures", "undone")
            | {"#expires": "expires", "#told": _told(verdict.message_id)}
            | outdated,
        )
        if refused is not None and records.texts(refused, f"ended:{request.entry}") != ended:
            raise LedgerUnavailable("the lease was lost before the verdict")

    def release(
        self,
        request: TransferRequest,
        begun: Begun,
        *,
        failed: bool,
        doubt: bool,
        called: float | None = None,
        unended: int = 0,
        starts: int = 0,
    ) -> None:
        """Give the lease back. What another worker holds by now is left alone.

        ``failed``: count a transient failure. ``doubt``: some attempt is still unsettled; ``called``: when the latest one was
        made at the latest, None when none was made now. ``unended``, ``starts``: what the next begin is to think of earlier ones.
        """
        kept = "" if doubt else f", {_ATTEMPT}"
        undone = {}
        if not doubt and begun.foreign and begun.doubt is not None:
            undone = {"#undone": f"undone:{begun.doubt.entry}"}
        latest = ""
        if doubt and called is None:
            latest = _AS_BEFORE
        elif doubt:
            latest = ", attemptLast = :called"
        names = _names(request.entry, "unended", "starts", *(["failures"] if failed else []))
        values: dict[str, Any] = {":unended": unended, ":starts": starts, ":owner": begun.owner}
        if doubt and called is not None:
            values[":called"] = ms(called)
        self._table.update(
            records.contact_key(request.instance_id, request.contact_id),
            f"SET #unended = :unended, #starts = :starts{latest}{', #undone = :undone' if undone else ''} REMOVE {_LEASE}{kept}"
            + (" ADD #failures :one" if failed else ""),
            "leaseOwner = :owner",
            values | ({":one": 1} if failed else {}) | ({":undone": True} if undone else {}),
            names | undone,
        )

    def _expires(self, now: float) -> int:
        return int(now + self._keep)


def _names(entry: str, *kinds: str) -> dict[str, str]:
    return {f"#{kind}": f"{kind}:{entry}" for kind in kinds}


def _told(message_id: str) -> str:
    return f"{records.TOLD}:{message_id}"


def _outdated(begun: Begun, verdict: Verdict) -> dict[str, str]:
    """What goes with the next failure."""
    entries = [
        f"{kind}:{entry}" for entry in begun.outdated[:_FORGOTTEN_AT_ONCE] for kind in ("ended", "asked", "tree")
    ]
    told = records.forgotten(begun.told, verdict.message_id)[:_FORGOTTEN_AT_ONCE]
    return {f"#old{number}": name for number, name in enumerate([*entries, *map(_told, told)])}
