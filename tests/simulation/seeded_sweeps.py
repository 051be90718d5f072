"""Seeded bugs in sweeps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.simulation.seeded import Make, SeededBug, always, interleaving, plain


def _with(**fields: Any) -> Make:
    """The requests of a sweep say something else as well, or leave it out (None)."""

    def make(real: Any) -> Any:
        def request(order: Any, contact: Any) -> Any:
            said = {**real(order, contact), **fields}
            return {name: value for name, value in said.items() if value is not None}

        return request

    return make


def _newest_first(real: Any) -> Any:
    def waiting(self: Any, order: Any, until: Any = None) -> Any:
        return real(self, replace(order, limit=None), until)[::-1][: order.limit]

    return waiting


SWEEPS: tuple[SeededBug, ...] = (
    interleaving(
        "sweep-follows",
        "a sweep's requests follow their contacts, so that a second sweep moves what the first one has moved",
        "b-sweep",
        {"queue_sweep.requests:request": _with(follow=True, onlyIfInQueueId=None)},
    ),
    interleaving(
        "sweep-without-conditions",
        "a sweep moves what it found, whether it waits still or not",
        "b-sweep",
        {"queue_sweep.requests:request": _with(onlyIfWaiting=None, onlyIfInQueueId=None)},
    ),
    plain(
        "sweep-newest-first",
        "a sweep with a limit takes those that have waited least",
        "b-sweep",
        {"queue_sweep.waiting:ContactSearch.waiting": _newest_first},
    ),
    plain(
        "search-without-pause",
        "a sweep asks for page after page without a pause",
        "e-quota",
        {"queue_sweep.waiting:ContactSearch._slot_in": always(0.0)},
    ),
)
