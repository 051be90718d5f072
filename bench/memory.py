"""Peak memory of the worker, and what the function's memory should be: measured, and paid for."""

from __future__ import annotations

from collections.abc import Callable

from bench.cpu import inside
from bench.start import asset
from bench.verdict import Check, Finding

LIMIT_MB = 96.0


def measure(step: Callable[[str], None]) -> Finding:
    """Resident memory at its peak, through a worker's life."""
    step("memory")
    with asset() as folder:
        peaks = inside(folder, "memory")
    found = Finding("memory", "Peak resident memory of the worker")
    found.rows = [{"until": name, "peak MB": round(value, 1)} for name, value in peaks.items()]
    largest = max(peaks, key=lambda name: peaks[name])
    found.checks = [Check(f"the largest peak ({largest})", round(peaks[largest], 1), LIMIT_MB, " MB")]
    found.notes.append(
        "Lambda's own runtime client is a few MB more. The last rows are messages at SQS's limit; an invocation of the deployed batch of"
        f" one cannot have more than one. The largest row is the one that is held to {LIMIT_MB:g} MB."
    )
    return found
