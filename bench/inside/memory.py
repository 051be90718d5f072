"""The worker's peak of resident memory, step by step. Prints JSON: MB by step. Each step includes those before it."""

import json
import sys

from bench.inside.resident import peak_mb
from bench.inside.worker import Context, event, handler

peaks: dict[str, float] = {}


def peak(step: str) -> None:
    """Note the peak so far, in MB, under the name of a step."""
    peaks[step] = peak_mb()


def invoke(first: int, messages: int, size: int = 0) -> None:
    """Invoke the worker with an event as Lambda's runtime does, from bytes. ``event`` takes ``first``, ``messages`` and ``size``."""
    payload = json.dumps(event(first, messages, size)).encode()
    handler(json.loads(payload), Context())


peak("started")
invoke(0, 1)
peak("one message")
invoke(1, 10)
peak("a batch of ten")
for number in range(300):
    invoke(100 + number * 10, 10)
peak("three thousand messages later")
invoke(10_000, 1, 1_048_000)
peak("one message of 1 MiB")
invoke(20_000, 5, 1_048_000)
peak("a batch of 5 MiB")
print(json.dumps(peaks), file=sys.stderr)
