"""An ordinary day: one request now and then, on the virtual clock. How long a transfer takes, and what that time is made of."""

from __future__ import annotations

from collections.abc import Callable
from statistics import quantiles

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
    for percent in (50, 99):
        row = {name: quantiles(values, n=100)[percent - 1] for name, values in parts.items()}
        over = row["from request to transfer"] / row["the calls alone"]
        found.rows.append(
            {
                "seconds": f"p{percent}",
                **{name: round(value, 3) for name, value in row.items()},
                "over calls": round(over, 2),
            }
        )
    row = {name: max(values) for name, values in parts.items()}
    found.rows.append({"seconds": "most", **{name: round(value, 3) for name, value in row.items()}, "over calls": None})
    p50, p99 = (row["from request to transfer"] for row in found.rows[:2])
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
        Check("the longest wait of the worker", round(row["waits of the worker"], 3), 0.001, " s"),
        Check("throttled calls", done.throttled.total(), 0),
    ]
    return found
