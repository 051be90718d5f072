"""CPU time of the worker and of the very calls it made, replayed bare through the same clients, in turns. Prints JSON.

Arguments: messages in a batch, messages in a round, rounds. The worker's own output goes to standard output, which Lambda reads too;
the result goes to standard error.
"""

import gc
import json
import sys
import time
from collections import Counter
from typing import Any

from bench.inside.worker import CLIENTS, Context, event, handler

batch, messages, rounds = (int(argument) for argument in sys.argv[1:4])
#: The function of a client through which all calls go, with the operation's name and parameters.
SEND = "_make_api_call"
recorded: list[tuple[Any, str, dict[str, Any]]] = []


def record(number: int) -> Counter[str]:
    """Record every call of so many messages; return how many there were of each operation."""
    for client in CLIENTS.values():
        made = getattr(client, SEND)

        def call(operation: str, asked: dict[str, Any], client: Any = client, made: Any = made) -> Any:
            recorded.append((client, operation, asked))
            return made(operation, asked)

        setattr(client, SEND, call)
    ours(number)
    for client in CLIENTS.values():
        delattr(client, SEND)
    return Counter(operation for _, operation, _ in recorded)


def ours(number: int = messages) -> float:
    """Return the seconds of CPU that so many messages take. Raise ``SystemExit`` if a message comes back."""
    events = [event(first, min(batch, number)) for first in range(0, number, batch)]
    context, began = Context(), time.process_time()
    for one in events:
        answer = handler(one, context)
        if answer["batchItemFailures"]:
            raise SystemExit("a message came back: the measure is of something else")
    return time.process_time() - began


def bare() -> float:
    """Return the seconds of CPU that the recorded calls take without the worker."""
    began = time.process_time()
    for client, operation, asked in recorded:
        getattr(client, SEND)(operation, asked)
    return time.process_time() - began


first = record(1)
ours()  # caches fill: flows, signing keys, serializers
recorded.clear()
counts = record(messages)
bare()
# Garbage collection leaves out what the start created, on both sides; the sides take turns in going first.
gc.collect()
gc.freeze()
pairs = [(ours(), bare()) if number % 2 else (bare(), ours())[::-1] for number in range(rounds)]
print(json.dumps({"pairs": pairs, "calls": counts, "first": first}), file=sys.stderr)
