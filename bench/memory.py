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
    found.checks = [Check("peak during a batch", round(peaks["three thousand messages later"], 1), LIMIT_MB, " MB")]
    found.notes.append("Lambda's own runtime client is a few MB more; the last rows are messages at SQS's limit.")
    return found
