"""Whether anything grows faster than it should: time for one message against all that can be large."""

from __future__ import annotations

import gc
import itertools
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.cpu import inside
from bench.finding import Check, Finding, text
from bench.load import Load
from bench.requests import INSTANCE_ARN
from bench.start import asset
from bench.virtual import run
from contact_transfer.ledger.acquisition import Claim, LeaseAcquired
from contact_transfer.ledger.forgetting import REMEMBERED_ENDS as KEPT
from contact_transfer.ledger.ledger import Session
from contact_transfer.ledger.records import EndRecord
from contact_transfer.ledger.store import Store
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.clock import Now
from contact_transfer_cdk.settings.sizing import Sizing
from local.virtual.table_client import TableClient

BACKLOGS = (100, 1_000, 10_000, 100_000)
BATCHES = (1, 10, 100, 1_000)
INSTANCES = (1, 10, 30)
ROUTES = (0, 10, 100)
#: Different requests for one contact, each of which failed and is remembered in the contact's item.
NAMES = (1, 10, 100, 1000)
#: Messages that one environment works through, one after the other.
WORKED = (100, 1_000, 10_000)
#: Time a message and memory at the largest size, over those at the smallest, still count as constant up to this ratio.
CONSTANT = 1.6
TRIES = 50

ITEM = "requests that failed for the contact"

NOTE = (
    "CPU of one message and peak memory from the smallest to the largest size, with instant answers. Limit: the largest at most"
    f" {CONSTANT:g} times the smallest, in time and in memory; for a contact's item, whose MB are its size, from {KEPT} requests on,"
    f" since it remembers the latest {KEPT} that failed. The backlogs run on the virtual clock, simulation included, without garbage"
    " collection of the simulation's memory. The size of the ledger's table has no effect: the worker reads and writes single items"
    " by key."
)

Rows = Iterator[tuple[int, float, float | None]]


def measure(step: Callable[[str], None]) -> Finding:
    """Return the time for one message at several sizes of each quantity, the others as deployed. ``step`` shows progress."""
    found = Finding("growth", "Growth: milliseconds of CPU for one message, against what can be large")
    summary: list[dict[str, Any]] = []
    with asset() as folder:
        quantities: dict[str, Callable[[], Rows]] = {
            "messages in backlog": _backlogs,
            "messages in a batch": lambda: _batches(folder),
            "instances": lambda: _instances(folder),
            "routes": lambda: _routes(folder),
            "messages an environment has had": lambda: _worked(folder),
            ITEM: _names,
        }
        for what, rows in quantities.items():
            step(what)
            seen = []
            for size, ms, peak in rows():
                step(f"{what}: {size:,}")
                seen.append((size, ms, peak))
                found.rows.append({"quantity": what, "size": size, "ms a message": round(ms, 3), "MB": peak})
            found.checks += _checks(what, seen)
            summary.append(_summary(what, seen))
    found.data["summary"] = summary
    found.notes.append(NOTE)
    return found


def _summary(what: str, seen: list[tuple[int, float, float | None]]) -> dict[str, Any]:
    (small, quick, light), (large, slow, heavy) = seen[0], seen[-1]
    memory = "-" if light is None or heavy is None else f"{text(round(light, 4))} to {text(round(heavy, 4))}"
    return {"quantity": what, "from": small, "to": large, "ms a message": f"{quick:.3f} to {slow:.3f}", "MB": memory}


def _checks(what: str, seen: list[tuple[int, float, float | None]]) -> Iterator[Check]:
    sizes = [size for size, _, _ in seen]
    times = [ms for _, ms, _ in seen]
    yield Check(f"{what}: time, {sizes[-1]:,} over {sizes[0]:,}", round(times[-1] / times[0], 2), CONSTANT)
    peaks = {size: peak for size, _, peak in seen if peak is not None and (size >= KEPT or what != ITEM)}
    if peaks:
        least, most = min(peaks), max(peaks)
        yield Check(f"{what}: memory, {most:,} over {least:,}", round(peaks[most] / peaks[least], 2), CONSTANT)


def _backlogs() -> Rows:
    run(Load(BACKLOGS[0], rate=100.0, burst=250.0))  # imports and caches must not count for the first backlog
    gc.disable()  # it would walk through the simulated Connect's memory, which no worker has
    try:
        for size in BACKLOGS:
            done = run(Load(size, rate=100.0, burst=250.0))
            yield size, done.cpu / size * 1000, None
    finally:
        gc.enable()


def _batches(folder: Path) -> Rows:
    for size in BATCHES:
        yield (size, *_inside(folder, size, {}))


def _instances(folder: Path) -> Rows:
    for size in INSTANCES:
        others = [f"{INSTANCE_ARN[:-4]}{number:04d}" for number in range(1, size)]
        yield (size, *_inside(folder, 1, {"INSTANCE_ARNS": ",".join([INSTANCE_ARN, *others])}))


def _routes(folder: Path) -> Rows:
    for size in ROUTES:
        yield (size, *_inside(folder, 1, {"ROUTES": ",".join(f"route-{number}=1" for number in range(size))}))


def _worked(folder: Path) -> Rows:
    for size in WORKED:
        yield (size, *_inside(folder, Sizing().batch_size, {}, size))


def _names() -> Rows:
    for size in NAMES:
        client = TableClient("ledger")
        versions = map(str, itertools.count())
        ledger = Store(client, "ledger", 400 * 86400.0, versions.__next__, lambda: 0.0)
        for number in range(size):
            _fail(ledger, number)
        item_mb = len(json.dumps(next(iter(client.tables["ledger"].items.values())))) / 1e6
        began = time.process_time()
        for number in range(size, size + TRIES):
            _fail(ledger, number)
        ms = (time.process_time() - began) / TRIES * 1000
        yield size, ms, item_mb


def _fail(ledger: Store, number: int) -> None:
    request = TransferRequest("instance", "contact", f"flow-{number}", queue_id=f"queue-{number}")
    session, message, now = Session(ledger, request, is_new=False), f"m{number}", float(number)
    claim = Claim(request.entry, message, f"owner-{number}", request.snapshot(), until=now + 0.5)
    held = session.acquire(claim, Now(now, now))
    if not isinstance(held, LeaseAcquired):
        raise TypeError(f"the lease should have been free, and the ledger says {held}")
    failure = EndRecord(request.entry, message, "ContactNotActive", "x", now + 0.1, held.lease.turn, 1)
    session.record_end(failure)
    session.mark_reported(message)


def _inside(folder: Path, batch: int, variables: dict[str, str], messages: int = 0) -> tuple[float, float]:
    seen: dict[str, Any] = inside(folder, "growth", batch, messages or max(400, 3 * batch), variables=variables)
    return seen["ms"], round(seen["peak"], 1)
