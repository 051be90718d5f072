"""Peak memory of the worker."""

from __future__ import annotations

from collections.abc import Callable

from bench.cpu import inside
from bench.finding import Check, Finding, text
from bench.start import asset

LIMIT_MB = 96.0


def measure(step: Callable[[str], None]) -> Finding:
    """Return resident memory at its peak, at several points of a worker's life. ``step`` shows progress."""
    step("memory")
    with asset() as folder:
        peaks = inside(folder, "memory")
    found = Finding("memory", "Peak resident memory of the worker")
    found.rows = [{"until": name, "peak MB": round(value, 1)} for name, value in peaks.items()]
    largest = max(peaks, key=lambda name: peaks[name])
    found.checks = [Check(f"the largest peak ({largest})", round(peaks[largest], 1), LIMIT_MB, " MB")]
    values = {name: text(round(value, 1)) for name, value in peaks.items()}
    found.notes.append(
        f"Peak resident memory of the worker: {values['started']} MB after its start, {values['three thousand messages later']} MB after"
        f" three thousand messages, {values['one message of 1 MiB']} MB with one message of 1 MiB, which is SQS's limit, and"
        f" {values['a batch of 5 MiB']} MB with five of them. Limit: {LIMIT_MB:g} MB. Lambda's own runtime client adds a few MB."
    )
    return found
