"""How often a route has moved a tree of contacts: one item for each tree and route, in the ledger's table.

A request takes an allowance before the contact is moved and keeps it when it was moved, or may have been. It is taken in one
conditional write, so two requests of one tree cannot both have the last one; a holder's own redeliveries take nothing more.
The contact's item remembers the tree, so that a later failure knows what to give back. Either write may reach the table late, after
the client has given it up and sent it again: what was given back notes when, and no older write takes it or gives it back again.
"""

from __future__ import annotations

from contact_transfer import records
from contact_transfer.records import Begun
from contact_transfer.request import TransferRequest
from contact_transfer.table import LedgerUnavailable, Table

#: How late a write may reach the table (assumed: a client gives one up after seconds). Older notes of what was given back may go.
LATEST_WRITE_SECONDS = 3600.0


class Allowances:
    """``keep_seconds``: how long an item outlives its last change. Every method can raise ``LedgerUnavailable``."""

    def __init__(self, table: Table, keep_seconds: float) -> None:
        self._table = table
        self._keep = keep_seconds

    def take(self, request: TransferRequest, begun: Begun, tree: str, most: int, now: float) -> bool:
        """Hold one of the ``most`` allowances of the request's route and tree. False when others hold them all."""
        self._remember(request, begun, tree)

        def write(at: int) -> records.Item | None:
            return self._table.update(
                _key(request, tree),
                "SET #held = :at, #expires = :expires ADD #taken :one",
                "(attribute_not_exists(#back) OR #back < :at) AND"
                " attribute_not_exists(#held) AND (attribute_not_exists(#taken) OR #taken < :most)",
                {":at": at, ":expires": int(now + self._keep), ":one": 1, ":most": most},
                {"#held": _held(request), "#back": _back(request), "#expires": "expires", "#taken": "taken"},
            )[1]

        at = round(now * 1000)
        refused = write(at)
        if refused and _held(request) not in refused and records.number(refused, _back(request)) >= at:
            refused = write(
                records.number(refused, _back(request)) + 1
            )  # by a clock that is ahead: who reads this is not late
        return refused is None or _held(request) in refused

    def give_back(self, request: TransferRequest, now: float) -> None:
        """The request failed for certain. Call it while nobody else can begin it: its lease is held, or its contact is won."""
        contact = self._table.read(records.contact_key(request.instance_id, request.contact_id))
        tree = records.text(contact, _tree(request))
        if tree is None:
            return
        item = self._table.read(_key(request, tree))
        held = records.number(item, _held(request))
        if not held:
            return
        outdated = _outdated(request, item, now)
        self._table.update(
            _key(request, tree),
            f"SET #back = :back REMOVE {', '.join(['#held', *outdated])} ADD #taken :minus",
            "#held = :held",
            {":back": max(held, round(now * 1000)), ":held": held, ":minus": -1},
            {"#held": _held(request), "#back": _back(request), "#taken": "taken"} | outdated,
        )

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


def _key(request: TransferRequest, tree: str) -> str:
    return f"route#{request.instance_id}#{tree}#{request.route}"


def _held(request: TransferRequest) -> str:
    # The token stands for name and parameters: one requestId with other parameters is not the holder.
    return f"held:{request.client_token}"


def _back(request: TransferRequest) -> str:
    return f"back:{request.client_token}"


def _outdated(request: TransferRequest, item: records.Item, now: float) -> dict[str, str]:
    before = round((now - LATEST_WRITE_SECONDS) * 1000)
    others = [name for name in item if name.startswith("back:") and name != _back(request)]
    over = [name for name in others if records.number(item, name) < before]
    return {
        f"#old{number}": name for number, name in enumerate(sorted(over)[:3])
    }  # one comes with each; more than one may go


def _tree(request: TransferRequest) -> str:
    return f"tree:{request.name}"
