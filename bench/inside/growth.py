"""CPU time of the worker for one message, in batches of a size. Arguments: messages in a batch, messages. Prints JSON.

Of all batches the quietest quarter counts, as in ``bench.inside.cpu``.
"""

import gc
import json
import sys
import time

from bench.inside.resident import peak_mb
from bench.inside.worker import Context, event, handler

batch, messages = (int(argument) for argument in sys.argv[1:3])


def seconds(first: int) -> float:
    """Return the seconds of CPU of one batch, whose first message has the number ``first``."""
    one, context = event(first, batch), Context()
    began = time.process_time()
    handler(one, context)
    return time.process_time() - began


seconds(0)
gc.collect()
gc.freeze()
times = sorted(seconds(number * batch) for number in range(1, messages // batch + 1))
print(json.dumps({"ms": times[len(times) // 8] / batch * 1000, "peak": peak_mb()}), file=sys.stderr)
