"""CPU time for one message: the worker against the same AWS calls made bare, in the same process, in turns, with instant answers."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from bench.environments import plain_runtime
from bench.start import asset, environment
from bench.verdict import Check, Finding
from infra.sizing import Sizing
from local.toolbox import ROOT

MESSAGES, ROUNDS = 50, 100
#: Rounds in which other programs kept the machine busy are left out: this part of them counts, the quickest.
QUIET = 0.25
OWN_SHARE = 1.25
#: Why each call is made, for a plain transfer.
REASONS = {
    "UpdateItem": "begin: lease and attempt in one conditional write; finish: the winner. Each is one that a crash would leave out",
    "DescribeContact": "channel, and whether it is active: a call that must fail costs no token and gets a clear reason",
    "TransferContact": "the transfer itself, sent once",
    "PutEvents": "the outcome event; one call for all events of an invocation",
    "DescribeContactFlow": "type, published, archived: once in five minutes for each flow and environment",
}
CALLS = 4


def inside(folder: Path, program: str, *arguments: object, variables: dict[str, str] | None = None) -> Any:
    """Run a program of ``bench/inside`` beside the asset; answer the JSON that it prints on standard error."""
    fast = {"TRANSFERS_PER_SECOND": "1e6", "BURST": "1e6", "QUOTAS": _quotas(), **(variables or {})}
    done = subprocess.run(
        [str(plain_runtime().python), "-m", f"bench.inside.{program}", *map(str, arguments)],
        cwd=folder,
        env=environment() | fast | {"PYTHONPATH": f"{folder}:{ROOT}"},
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
    """With the deployed batch size, and with ten messages a batch beside it."""
    found = Finding("cpu", f"CPU time a message on Python {plain_runtime().minor}, instant answers")
    deployed = Sizing().batch_size
    with asset() as folder:
        for batch in sorted({deployed, 10}):
            step(f"batches of {batch}")
            seen = inside(folder, "cpu", batch, MESSAGES, ROUNDS)
            pairs = sorted(seen["pairs"], key=sum)[: round(ROUNDS * QUIET)]
            ratio = median(ours / bare for ours, bare in pairs)
            ours, bare = (median(pair[side] for pair in pairs) / MESSAGES * 1000 for side in (0, 1))
            found.rows.append({"batch": batch, "worker ms": ours, "same calls bare ms": bare, "ratio": round(ratio, 3)})
            if batch == deployed:
                found.checks.append(Check("worker over its calls bare", round(ratio, 3), OWN_SHARE))
                found.checks += _calls(found, seen["calls"])
    return found


def _calls(found: Finding, calls: dict[str, int]) -> list[Check]:
    found.data["calls"] = [
        {"call": name, "a transfer": count / MESSAGES, "why": REASONS[name]} for name, count in sorted(calls.items())
    ]
    each = sum(count for name, count in calls.items() if name != "PutEvents") / MESSAGES
    found.notes.append(
        "Calls a transfer: " + ", ".join(f"{name} {count / MESSAGES:g}" for name, count in calls.items())
    )
    return [Check("calls a plain transfer, beside one PutEvents an invocation", each, CALLS)]
