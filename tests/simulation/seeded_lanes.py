"""Seeded bugs in the two lanes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.simulation.seeded import SeededBug, interleaving, plain


def _done_all_the_same(real: Any) -> Any:
    """A message that could not be sent to its lane counts as moved."""
    names = real.__globals__

    def move(self: Any, delivery: Any, lane: Any) -> None:
        try:
            real(self, delivery, lane)
        except names["NotSent"]:
            return

    return move


def _rewritten(real: Any) -> Any:
    def move(self: Any, delivery: Any, lane: Any) -> None:
        real(self, replace(delivery, body=f"{delivery.body} "), lane)

    return move


def _back_and_forth(real: Any) -> Any:
    """Whatever came through the urgent queue goes to the normal one first."""

    def other_lane(self: Any, request: Any, delivery: Any) -> Any:
        came = self.queue.lane(delivery)
        if request.priority is None and came is not None and came == "urgent" and delivery.receives == 1:
            return came.other
        return real(self, request, delivery)

    return other_lane


def _where_it_came(_real: Any) -> Any:
    return lambda _self, _request, _delivery: None


LANES: tuple[SeededBug, ...] = (
    interleaving(
        "moved-before-it-is-sent",
        "a message that its lane's queue did not take counts as moved",
        "a-lost a-lane",
        {"messaging.queue:Queue.move": _done_all_the_same},
    ),
    plain(
        "moved-with-another-body",
        "a message is moved to its lane with its body changed",
        "a-lost",
        {"messaging.queue:Queue.move": _rewritten},
    ),
    plain(
        "moved-unasked",
        "what names no lane is moved from the urgent lane to the normal one",
        "a-lane",
        {"messaging.batch:Batch._other_lane": _back_and_forth},
    ),
    plain(
        "lane-not-looked-at",
        "a request is carried out in the lane through which it came",
        "a-lane",
        {"messaging.batch:Batch._other_lane": _where_it_came},
    ),
)
