"""Seeded bugs in what counts as an answer of Amazon Connect, when a call may be signed, and whose clock is believed."""

from __future__ import annotations

from typing import Any

from tests.simulation.seeded import SeededBug, always, interleaving, value


def _ambiguous_is_final(real: Any) -> Any:
    """A 5xx, a 408, a 409 and an answer from in between say that nothing happened."""
    names = real.__globals__

    def refused(self: Any, error: Any) -> Any:
        try:
            return real(self, error)
        except names["AmbiguousOutcome"] as ambiguous:
            return names["Rejected"](names["Refusal"].INVALID, ambiguous.detail)

    return refused


def _page_is_final(real: Any) -> Any:
    """The status decides, not who answers."""
    names = real.__globals__

    def refused(self: Any, error: Any) -> Any:
        if names["code_and_status"](error)[0] == "404":
            return names["Rejected"](names["Refusal"].NOT_FOUND, "404")
        return real(self, error)

    return refused


def _silence_is_final(real: Any) -> Any:
    """No answer says that nothing happened."""
    names = real.__globals__

    def transfer(self: Any, request: Any, sign_until: float) -> Any:
        try:
            return real(self, request, sign_until)
        except names["AmbiguousOutcome"] as ambiguous:
            if "HTTP" in ambiguous.detail:
                raise
            raise names["Unavailable"](names["Cause"].UNREACHABLE, ambiguous.detail) from ambiguous

    return transfer


def _more_attempts(real: Any) -> Any:
    """The SDK sends TransferContact again by itself."""
    return real.merge(type(real)(retries={"mode": "standard", "total_max_attempts": 3}))


def _unmeasured(real: Any) -> Any:
    names = real.__globals__
    return lambda self: names["Now"](self._clock.now(), self._clock.now())


ANSWERS: tuple[SeededBug, ...] = (
    interleaving(
        "sdk-retries-transfer",
        "the SDK sends TransferContact again by itself",
        "c-code c-doubt g-forgotten b-twice",
        {"bootstrap:_CONNECT": _more_attempts},
    ),
    interleaving(
        "server-error-is-final",
        "a 5xx, a 408 and a 409 say that nothing happened",
        "c-doubt c-code b-twice",
        {"connect.client:ConnectClient._refused": _ambiguous_is_final},
    ),
    interleaving(
        "page-is-final",
        "a page with status 404 says that the contact is not known",
        "c-code c-doubt",
        {"connect.client:ConnectClient._refused": _page_is_final},
    ),
    interleaving(
        "empty-is-success",
        "a 200 without a request id counts as Connect's",
        "g-announced g-ledger",
        {"connect.client:unproven": always(None)},
    ),
    interleaving(
        "silence-is-final",
        "no answer says that nothing happened",
        "c-doubt c-code b-twice",
        {"connect.client:ConnectClient.transfer": _silence_is_final},
    ),
    interleaving(
        "new-contact-not-known",
        "a contact that does not show yet is not known",
        "c-code",
        {"transfer.attempting:SHOWS_AFTER_SECONDS": value(-60.0)},
    ),
    interleaving(
        "signed-late",
        "a call is signed when the lease is over",
        "b-twice c-doubt g-forgotten g-ledger",
        {"connect.client:ConnectClient._before_sign": always(None)},
    ),
    interleaving(
        "clocks-believed",
        "the worker's clock is taken for Connect's",
        "c-doubt g-announced b-twice",
        {"connect.connect_clock:ConnectClock.bounds": _unmeasured},
    ),
    interleaving(
        "tree-from-the-start",
        "a tree that one invocation has no time for is read from its first page each time",
        "h-settled a-lost c-first",
        {"connect.tree:Progress.is_old": always(answer=True)},
    ),
)
