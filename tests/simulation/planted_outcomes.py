"""Bugs planted in what becomes of requests: when they end, what is told of them, what their batch mates notice, how fast they go."""

from __future__ import annotations

from tests.simulation.planted import Bug
from tests.simulation.subject import Edit


def _one(name: str, what: str, rules: str, *edit: str, interleaving: bool = False) -> Bug:
    module, before, after = edit
    return Bug(name, what, tuple(rules.split()), (Edit(module, before, after),), interleaving=interleaving)


_EXPIRED = "        if refused := self._expired(request):\n            return refused\n"

EXPIRY: tuple[Bug, ...] = (
    _one(
        "expiry-ignored",
        "expiresAt is read and never looked at",
        "b-expired",
        "service",
        "if request.expires_at is None or self._clock.now() < request.expires_at:",
        "if True:",
    ),
    _one(
        "expiry-before-the-wait",
        "expiresAt is looked at before the wait for the pace and not after it",
        "b-expired",
        "service",
        f"        self._connect.await_turn(TRANSFER, deadline)\n{_EXPIRED}",
        "        self._connect.await_turn(TRANSFER, deadline)\n",
        interleaving=True,
    ),
)

VERDICTS: tuple[Bug, ...] = (
    _one(
        "held-is-gone",
        "a contact that another request has in hand counts as transferred by it",
        "c-code",
        "ledger",
        "        if held := records.held(item, now):\n            return held\n",
        "        if held := records.held(item, now):\n"
        '            other = records.text(item, "attemptName")\n'
        "            return Won(other, None, None, 1, False) if other not in (None, name) else held\n",
        interleaving=True,
    ),
)

OUTCOMES = (*EXPIRY, *VERDICTS)
