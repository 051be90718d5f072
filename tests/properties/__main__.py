"""Sends many inputs through the code that reads them: ``python -m tests.properties --flow-events 100000 --routes 100000``."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Annotated

import typer
from rich.progress import track

sys.path.insert(0, str(Path(__file__).parents[2] / "lambda_src"))

from tests.properties.bodies import body
from tests.properties.flow_events import flow_event, invoke
from tests.properties.reading import read
from tests.properties.records import park, record
from tests.properties.route_settings import check, routes
from tests.simulation.figures import save_json

_BLOCK = 10_000
Counts = Counter[str]


def _body(random: Random) -> str:
    text = body(random)
    with _shown(text):
        result = read(text)
        return str(result) if isinstance(result, str) else "a request"


def _flow_event(random: Random) -> str:
    event = flow_event(random)
    with _shown(event):
        return invoke(random, event)


def _routes(random: Random) -> str:
    given = routes(random)
    with _shown(given):
        return check(given)


def _record(random: Random) -> str:
    given = record(random)
    with _shown(given):
        return park(random, given)


@contextmanager
def _shown(given: object) -> Iterator[None]:
    """Print what was given when it breaks something."""
    try:
        yield
    except BaseException:
        print(f"{given!r}", file=sys.stderr)
        raise


_KINDS: dict[str, Callable[[Random], str]] = {
    "bodies": _body,
    "records": _record,
    "flow events": _flow_event,
    "routes": _routes,
}


def _block(kind: str, seed: int, count: int) -> Counts:
    random = Random(f"{kind} {seed}")
    return Counter(_KINDS[kind](random) for _ in range(count))


def _blocks(first: int, wanted: dict[str, int]) -> list[tuple[str, int, int]]:
    return [
        (kind, first + start // _BLOCK, min(_BLOCK, count - start))
        for kind, count in wanted.items()
        for start in range(0, count, _BLOCK)
    ]


def _run(block: tuple[str, int, int]) -> tuple[str, Counts]:
    return block[0], _block(*block)


def main(  # noqa: PLR0917 - typer reads the options by name
    bodies: Annotated[int, typer.Option(help="how many bodies, in and out of EventBridge's envelope")] = 1_000_000,
    records: Annotated[int, typer.Option(help="how many SQS records, with any attributes, to be parked")] = 0,
    flow_events: Annotated[int, typer.Option(help="how many invocations by a Connect flow")] = 0,
    routes: Annotated[int, typer.Option(help="how many settings files with routes")] = 0,
    first: Annotated[int, typer.Option(help="the first seed; each is ten thousand of a kind")] = 1,
    workers: Annotated[int, typer.Option(help="processes, one a core")] = os.cpu_count() or 1,
    save: Annotated[Path | None, typer.Option(help="write the counts to this JSON file")] = None,
) -> None:
    """Send inputs, good and broken, through the code that reads them. Ends non-zero with what it could not take."""
    wanted = {"bodies": bodies, "records": records, "flow events": flow_events, "routes": routes}
    blocks, began = _blocks(first, wanted), time.monotonic()
    counts = {kind: Counter[str]() for kind, count in wanted.items() if count}
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        quiet = not sys.stderr.isatty()
        for kind, block in track(pool.imap_unordered(_run, blocks), "inputs", total=len(blocks), disable=quiet):
            counts[kind].update(block)
    for kind, found in counts.items():
        for name, count in found.most_common():
            print(f"{count:>9,}  {name}")
        print(f"{found.total():,} {kind}, each read or refused as documented")
    print(f"{time.monotonic() - began:.0f} s")
    if save is not None:
        results = {
            kind: {"inputs": found.total(), "results": dict(found.most_common())} for kind, found in counts.items()
        }
        save_json(save, results)


if __name__ == "__main__":
    typer.run(main)
