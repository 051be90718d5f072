"""How often a route has moved a tree of contacts: one item for each tree and route, in the ledger's table.

A request takes an allowance before the contact is moved and keeps it when it was moved, or may have been. It is taken in one
conditional write, so two requests of one tree cannot both have the last one; a holder's own redeliveries take nothing more.
The contact's item remembers the tree, so that a later failure knows what to give back. Either write may reach the table late, after
the client has given it up and sent it again: whoever fails notes when, and no older write takes an allowance or gives one back.
"""

from __future__ import annotations

from contact_transfer.ledger import records
from contact_transfer.ledger.records import Begun
from contact_transfer.ledger.table import LedgerUnavailable, Table
from contact_transfer.request.model import TransferRequest

#: How often a write is sent anew because others have written meanwhile. Each of them got what it wanted.
_TURNS = 5
_NAMES = {"#back": "back", "#expires": "expires"}
_IN_TURN = "(attribute_not_exists(#back) OR #back < :at)"


class Allowances:
    """``keep_seconds``: how long an item outlives its last change. Every method can raise ``LedgerUnavailable``."""

    def __init__(self, table: Table, keep_seconds: float) -> None:
        self._table = table
        self._keep = keep_seconds

    def take(self, request: TransferRequest, begun: Begun, tree: str, most: int, now: float) -> bool:
        """Hold one of the ``most`` allowances of the request's route and tree. False when others hold them all."""
        self._remember(request, begun, tree)
        at = records.ms(now)
        for _ in range(_TURNS):
            refused = self._take(request, tree, most, at, now)
            since = _since(request, refused)
            if since not in {0, at}:
                at = max(at, since + 1)
                refused = self._renew(request, tree, since, at)
            if refused is None or _since(request, refused) == at:
                return True
            if not _since(request, refused) and records.number(refused, "taken") >= most:
                return False
            at = max(at, records.number(refused, "back") + 1)  # who reads this is not late
        raise _crowded()

    def give_back(self, request: TransferRequest, now: float) -> None:
        """The request failed for certain. Call it while nobody else can begin it: its lease is held, or its contact is won.

        A request that holds nothing leaves its note all the same: one of its writes, given up, may still be on its way.
        """
        contact = self._table.read(records.contact_key(request.instance_id, request.contact_id))
        tree = records.text(contact, _tree(request))
        if tree is None:
            return
        item = self._table.read(_key(request, tree))
        for _ in range(_TURNS):
            since = _since(request, item)
            at = max(records.ms(now), since, records.number(item, "back") + 1)
            refused = self._let_go(request, tree, since, at) if since else self._note(request, tree, at, now)
            if refused is None or (not _since(request, refused) and records.number(refused, "back") >= at):
                return
            item = refused
        raise _crowded()

    def _take(self, request: TransferRequest, tree: str, most: int, at: int, now: float) -> records.Item | None:
        return self._table.update(
            _key(request, tree),
            "SET #held = :at, #expires = :expires ADD #taken :one",
            f"{_IN_TURN} AND attribute_not_exists(#held) AND (attribute_not_exists(#taken) OR #taken < :most)",
            {":at": at, ":expires": self._expires(now), ":one": 1, ":most": most},
            _NAMES | {"#held": _held(request), "#taken": "taken"},
        )[1]

    def _renew(self, request: TransferRequest, tree: str, since: int, at: int) -> records.Item | None:
        """Hold from now on what is held already: a failure that was never told may still be about to give it back."""
        return self._table.update(
            _key(request, tree),
            "SET #held = :at",
            "#held = :since",
            {":at": at, ":since": since},
            {"#held": _held(request)},
        )[1]

    def _let_go(self, request: TransferRequest, tree: str, since: int, at: int) -> records.Item | None:
        return self._table.update(
            _key(request, tree),
            "SET #back = :at REMOVE #held ADD #taken :minus",
            f"{_IN_TURN} AND #held = :since",
            {":at": at, ":since": since, ":minus": -1},
            {"#back": "back", "#held": _held(request), "#taken": "taken"},
        )[1]

    def _note(self, request: TransferRequest, tree: str, at: int, now: float) -> records.Item | None:
        return self._table.update(
            _key(request, tree),
            "SET #back = :at, #expires = if_not_exists(#expires, :expires)",
            f"{_IN_TURN} AND attribute_not_exists(#held)",
            {":at": at, ":expires": self._expires(now)},
            _NAMES | {"#held": _held(request)},
        )[1]

    def _expires(self, now: float) -> int:
        return int(now + self._keep)

    def _remember(self, request: TransferRequest, begun: Begun, tree: str) -> None:
        refused = self._table.update(
            records.contact_key(request.instance_id, request.contact_id),
            "SET #tree = :tree",
            "leaseOwner = :owner",
            {":tree": tree, ":owner": begun.owner},
            {"#tree": _tree(request)},
        )[1]
        if refused is not None:
            raise LedgerUnavailable("the lease was lost before the route's allowance was taken")


def _crowded() -> LedgerUnavailable:
    return LedgerUnavailable("others took and gave back the tree's allowances too fast")


def _key(request: TransferRequest, tree: str) -> str:
    return f"route#{request.instance_id}#{tree}#{request.route}"


def _held(request: TransferRequest) -> str:
    # The token stands for name and parameters: one requestId with other parameters is not the holder.
    return f"held:{request.client_token}"


def _since(request: TransferRequest, item: records.Item | None) -> int:
    """Since when the request has held an allowance, 0 when it holds none."""
    return records.number(item or {}, _held(request))


def _tree(request: TransferRequest) -> str:
    return f"tree:{request.entry}"
