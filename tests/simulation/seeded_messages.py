"""Seeded bugs in what becomes of messages and what is announced: the batch, the queue, the bus, the events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.simulation.seeded import Make, SeededBug, plain


def _swallowed(real: Any) -> Any:
    failed = real.__globals__["NotSent"]

    def park(self: Any, delivery: Any, reason: Any) -> None:
        try:
            real(self, delivery, reason)
        except failed:
            return

    return park


def _tidied(real: Any) -> Any:
    return lambda self, delivery, reason: real(self, replace(delivery, body=delivery.body.strip() or "-"), reason)


def _at_once(real: Any) -> Any:
    return lambda self, delays: real(self, [(delivery, 0.0) for delivery, _ in delays])


def _answers(change: Callable[[list[str], Any], list[str]]) -> Make:
    """The batch names other messages than those that must come back."""

    def make(real: Any) -> Any:
        return lambda self, records, deadline: change(real(self, records, deadline), records)

    return make


class _Raised(BaseException):
    """What no ``except Exception`` catches."""


def _raises(real: Any) -> Any:
    def carried_out(self: Any, turn: Any, deadline: Any) -> Any:
        report = real(self, turn, deadline)
        if turn.request is None:
            raise _Raised
        return report

    return carried_out


def _retried(real: Any) -> Any:
    return lambda self, turn, deadline: (
        turn.report if (report := real(self, turn, deadline)) and not turn.request else report
    )


def _behind_bad(real: Any) -> Any:
    def turn(self: Any, delivery: Any, deadline: Any) -> Any:
        state = self.__dict__.setdefault("_bad", {"deadline": None, "is_bad": False})
        if state["deadline"] is not deadline:
            state.update(deadline=deadline, is_bad=False)
        if state["is_bad"] and delivery.receives < 3:
            names = real.__globals__
            return names["Turn"](delivery, names["Report"](names["Deferred"](names["Cause"].UNEXPECTED, 1.0)))
        found = real(self, delivery, deadline)
        state["is_bad"] = state["is_bad"] or found.request is None
        return found

    return turn


MESSAGES: tuple[SeededBug, ...] = (
    plain(
        "report-before-park",
        "a failure that could not be parked is reported as done",
        "a-lost",
        {"messaging.queue:Queue.park": _swallowed},
    ),
    plain("body-rewritten", "a parked message's body is tidied up", "c-body", {"messaging.queue:Queue.park": _tidied}),
    plain(
        "visibility-too-short",
        "what is deferred comes back at once",
        "a-lost d-early",
        {"messaging.queue:Visibility.postpone": _at_once},
    ),
    plain(
        "empty-answer",
        "the answer never names a message",
        "a-lost",
        {"messaging.batch:Batch.carry_out": _answers(lambda _back, _all: [])},
    ),
    plain(
        "everything-comes-back",
        "the answer names every message",
        "h-settled c-first a-lost",
        {"messaging.batch:Batch.carry_out": _answers(lambda _back, every: [one["messageId"] for one in every])},
    ),
    plain(
        "wrong-identifier",
        "the answer names messages by something else than their id",
        "f-mates",
        {"messaging.batch:Batch.carry_out": _answers(lambda back, _all: [f"{one}?" for one in back])},
    ),
    plain(
        "bad-request-retried",
        "what can never be carried out is tried again",
        "c-first",
        {"messaging.batch:Batch._carried_out": _retried},
    ),
    plain(
        "bad-request-raises",
        "a bad record fails its whole batch",
        "f-mates",
        {"messaging.batch:Batch._carried_out": _raises},
    ),
    plain(
        "mates-wait-behind-bad",
        "what follows a bad record in its batch is not begun until its third receive",
        "f-mates",
        {"messaging.batch:Batch._turn": _behind_bad},
    ),
    plain(
        "parking-not-noted",
        "a defect in what follows the parking sends the message back",
        "f-mates a-lost c-first h-settled",
        {
            "messaging.batch:Batch._mark_reported": lambda _real: (
                lambda self, turn: self._come_back(turn, "Ledger", "never noted")
            )
        },
    ),
)
