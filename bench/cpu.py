"""CPU time for one message: the worker against the same AWS calls made bare, in the same process, in turns, with instant answers."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from bench.environments import plain_runtime
from bench.finding import Check, Finding
from bench.start import asset, environment
from contact_transfer_cdk.settings.sizing import Sizing
from local.toolbox import ROOT

MESSAGES, ROUNDS = 50, 100
#: The part of the rounds that counts, the quickest: in the others, other programs may have kept the machine busy.
QUIET = 0.25
OWN_SHARE = 1.25
#: Why each call is made, for a plain transfer, in the order in which they are made.
REASONS = {
    "PutItem": "before the call: the lease and the attempt, so that no two workers call at once and a crash leaves a trace; after it: the"
    " new contact, so that a request that comes back is not carried out again",
    "DescribeContactFlow": "type, published, not archived; remembered for five minutes",
    "DescribeContact": "channel, and whether it is active: a call that must fail costs no token and gets a clear reason",
    "TransferContact": "the transfer itself, sent once",
    "PutEvents": "the outcome event; one call for each invocation",
}
#: Calls of a plain transfer at most; all events of an invocation are one call more.
CALLS, SHARED_CALLS = 4, 1


def inside(folder: Path, program: str, *arguments: object, variables: dict[str, str] | None = None) -> Any:
    """Run a program of ``bench/inside`` beside the asset.

    Args:
        folder: the asset.
        program: the module's name.
        arguments: its command line.
        variables: environment variables besides the usual ones.

    Returns:
        The JSON that it prints on standard error.

    Raises:
        RuntimeError: the program failed; the message has the end of what it printed.
    """
    fast = {"TRANSFERS_PER_SECOND": "1e6", "BURST": "1e6", "QUOTAS": _quotas(), **(variables or {})}
    done = subprocess.run(
        [str(plain_runtime().python), "-m", f"bench.inside.{program}", *map(str, arguments)],
        cwd=folder,
        env=environment() | {"PYTHONPATH": f"{folder}:{ROOT}"} | fast,
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{program} failed: {done.stderr[-2000:]}")
    return json.loads(done.stderr.strip().splitlines()[-1])


def _quotas() -> str:
    names = ("DescribeContact", "DescribeContactFlow", "ListAssociatedContacts")
    return json.dumps({name: {"rate": 1e6, "burst": 1e6} for name in names})


def measure(step: Callable[[str], None]) -> Finding:
    """Return the CPU time of one message, with the deployed batch size and with ten messages a batch. ``step`` shows progress."""
    found = Finding("cpu", f"CPU time a message on Python {plain_runtime().minor}, instant answers")
    deployed, counted, first = Sizing().batch_size, {}, {}
    with asset() as folder:
        for batch in sorted({deployed, 10}):
            step(f"batches of {batch}")
            seen = inside(folder, "cpu", batch, MESSAGES, ROUNDS)
            pairs = sorted(seen["pairs"], key=sum)[: round(ROUNDS * QUIET)]
            ratio = round(median(ours / bare for ours, bare in pairs), 3)
            ours, bare = (median(pair[side] for pair in pairs) / MESSAGES * 1000 for side in (0, 1))
            found.rows.append({"batch": batch, "worker ms": ours, "same calls bare ms": bare, "ratio": ratio})
            if batch == deployed:
                found.checks.append(Check("worker over its calls bare", ratio, OWN_SHARE))
                first = seen["first"]
            each = {name: count / MESSAGES for name, count in seen["calls"].items()}
            counted[batch] = each
            limit = CALLS + SHARED_CALLS / batch
            found.checks.append(Check(f"calls a plain transfer, batches of {batch}", _total(each), limit))
            own = sum(count for name, count in each.items() if name != "PutEvents")
            found.checks.append(Check(f"of them without PutEvents, batches of {batch}", own, CALLS))
    found.data["calls"] = list(_calls(counted, first))
    found.notes.append(
        f"Median of the quickest {QUIET:.0%} of {ROUNDS} rounds of {MESSAGES} messages on each side. Calls for a transfer:"
        f" {_total(counted[deployed]):g} with batches of {deployed}, as deployed; {_total(counted[10]):g} with batches of ten;"
        f" {_total(first):g} for an environment's first message."
    )
    return found


def _calls(counted: dict[int, dict[str, float]], first: dict[str, int]) -> Iterator[dict[str, Any]]:
    names = {*first, *(name for each in counted.values() for name in each)}
    for name, why in REASONS.items():
        batches = {f"a transfer, batches of {batch}": each.get(name, 0) for batch, each in counted.items()}
        yield {"call": name, "first message": first.get(name, 0), **batches, "why": why}
    if unexplained := names - set(REASONS):
        raise ValueError(f"calls without a reason in REASONS: {', '.join(sorted(unexplained))}")
    totals = {f"a transfer, batches of {batch}": _total(each) for batch, each in counted.items()}
    yield {"call": "all", "first message": _total(first), **totals, "why": ""}


def _total(calls: Mapping[str, float]) -> float:
    return round(sum(calls.values()), 4)
