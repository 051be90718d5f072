"""Bugs planted in the limit of routes."""

from __future__ import annotations

from tests.simulation.planted import Bug
from tests.simulation.subject import Edit

_FREE = "(attribute_not_exists(#taken) OR #taken < :most)"
_TREE = "        tree = self._tree(request, begun, contact, deadline)\n"

ROUTES: tuple[Bug, ...] = (
    Bug(
        "allowance-unconditional",
        "a route's allowance is taken however many are taken already",
        ("b-route",),
        (Edit("ledger.route_quotas", f'AND {_FREE}"', f'AND (attribute_exists(#taken) OR {_FREE})"'),),
        routed=True,
    ),
    Bug(
        "tree-of-one",
        "each contact is taken for a tree of its own",
        ("b-route",),
        (Edit("transfer.route_quota", _TREE, "        tree = request.contact_id\n"),),
        routed=True,
    ),
    Bug(
        "allowance-kept",
        "a definite failure does not give the allowance back",
        ("c-code",),
        (
            Edit(
                "transfer.route_quota",
                "            self._allowances.give_back(request, self._clock.now())\n",
                "            pass\n",
            ),
        ),
        routed=True,
    ),
    Bug(
        "allowance-for-each-try",
        "a request that comes back takes another allowance",
        ("c-code",),
        (
            Edit("ledger.route_quotas", f"attribute_not_exists(#held) AND {_FREE}", _FREE),
            Edit(
                "ledger.route_quotas", "since = _since(request, refused)\n            if", "since = 0\n            if"
            ),
            Edit("ledger.route_quotas", "if refused is None or _since(request, refused) == at:", "if refused is None:"),
            Edit(
                "ledger.route_quotas",
                'if not _since(request, refused) and records.number(refused, "taken")',
                'if records.number(refused, "taken")',
            ),
        ),
        interleaving=True,
        routed=True,
    ),
    Bug(
        "doubt-gives-back",
        "a failure that leaves it open whether the contact moved gives the allowance back",
        ("b-route",),
        (
            Edit(
                "transfer.route_quota", "request.route is not None and not failed.in_doubt", "request.route is not None"
            ),
        ),
        interleaving=True,
        routed=True,
    ),
    Bug(
        "allowances-read-first",
        "the count of a route is read, and then written",
        ("b-route",),
        (
            Edit(
                "ledger.route_quotas",
                "        at = records.ms(now)\n        for",
                '        if records.number(self._table.read(_key(request, tree)), "taken") >= most:\n'
                "            return _held(request) in self._table.read(_key(request, tree))\n"
                "        at = records.ms(now)\n        for",
            ),
            Edit("ledger.route_quotas", f"attribute_not_exists(#held) AND {_FREE}", "attribute_not_exists(#held)"),
            Edit("ledger.route_quotas", '":one": 1, ":most": most},', '":one": 1},'),
        ),
        interleaving=True,
        routed=True,
    ),
    Bug(
        "late-allowance",
        "a write that reaches the table late takes an allowance that was given back",
        ("c-code",),
        (
            Edit(
                "ledger.route_quotas",
                'f"{_IN_TURN} AND attribute_not_exists(#held) AND (',
                'f"(attribute_not_exists(#back) OR #back <> :one) AND attribute_not_exists(#held) AND (',
            ),
        ),
        interleaving=True,
        routed=True,
    ),
    Bug(
        "end-without-note",
        "a request that fails and holds no allowance leaves no note: a write that was given up takes one for it late",
        ("c-code",),
        (Edit("ledger.route_quotas", " if since else self._note(request, tree, at, now)", " if since else None"),),
        interleaving=True,
        routed=True,
    ),
    Bug(
        "hold-not-renewed",
        "a request that comes again does not renew its hold: a failure that was never told gives it back late",
        ("b-route",),
        (
            Edit(
                "ledger.route_quotas",
                "if since not in {0, at}:\n",
                "if since:\n                return True\n            if since:\n",
            ),
        ),
        interleaving=True,
        routed=True,
    ),
)
