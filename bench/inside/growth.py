"""CPU time of the worker for one message, in batches of a size. Argument: messages in a batch. Prints JSON."""

import json
import sys
import time

from bench.inside.resident import peak_mb
from bench.inside.worker import Context, event, handler

batch = int(sys.argv[1])
ROUNDS = max(3, 400 // batch)


def seconds(first: int) -> float:
    """CPU of one batch."""
    one, context = event(first, batch), Context()
    began = time.process_time()
    handler(one, context)
    return time.process_time() - began


seconds(0)
times = sorted(seconds(number * batch) for number in range(1, ROUNDS + 1))
print(json.dumps({"ms": times[len(times) // 2] / batch * 1000, "peak": peak_mb()}), file=sys.stderr)
