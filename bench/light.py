"""An ordinary day: one request now and then, on the virtual clock. How long a transfer takes, and what that time is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import quantiles
from typing import Any

from bench.finding import Check, Finding
from bench.load import INIT_SECONDS, Load
from bench.virtual import run

#: Requests a second, and how many.
LIGHT, REQUESTS = 0.2, 600


def measure(step: Callable[[str], None]) -> Finding:
    """Return how long after its sending a request's TransferContact is carried out. ``step`` shows progress."""
    step("a light load")
    done = run(Load(REQUESTS, spread=LIGHT))
    ways = done.ways
    parts = {
        "from request to transfer": [way.whole for way in ways],
        "the calls alone": [way.calls for way in ways],
        "until the worker has it": [way.queued for way in ways],
        "waits of the worker": [way.own for way in ways],
    }
    found = Finding("light", f"An ordinary day: {LIGHT:g} requests a second (virtual clock)")
    found.rows = _rows(parts)
    p50, p99, _ = (row["from request to transfer"] for row in found.rows)
    began = sum(way.queued >= INIT_SECONDS for way in ways)
    found.notes.append(
        f"The same {len(ways)} requests in each column. The calls alone: the calls to the ledger and to Connect, one after another, up to"
        " the moment in which Connect carries out TransferContact. Until the worker has it: Lambda's polling, and"
        f" {began} times a new environment. Waits of the worker: all that is between the calls, pacing included. Computing takes no time on"
        " this clock: it is under 'CPU and calls'."
    )
    found.checks = [
        Check("p50", p50, 0.5, " s"),
        Check("p99", p99, 1.5, " s"),
        Check("the longest wait of the worker", found.rows[-1]["waits of the worker"], 0.001, " s"),
        Check("throttled calls", done.throttled.total(), 0),
    ]
    return found


def _rows(parts: Mapping[str, Sequence[float]]) -> list[dict[str, Any]]:
    """The median, the 99th percentile and the most of each part, and how much longer than the calls alone the whole took."""
    rows: list[dict[str, Any]] = []
    for words, of in (
        ("p50", lambda values: quantiles(values, n=100)[49]),
        ("p99", lambda values: quantiles(values, n=100)[98]),
        ("most", max),
    ):
        row = {name: of(values) for name, values in parts.items()}
        over = None if words == "most" else round(row["from request to transfer"] / row["the calls alone"], 2)
        rows.append({"seconds": words, **{name: round(value, 3) for name, value in row.items()}, "over calls": over})
    return rows
