"""Sends many bodies through the parser: ``python -m tests.properties --bodies 1000000``."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Annotated

import typer
from rich.progress import track

sys.path.insert(0, str(Path(__file__).parents[2] / "lambda_src"))

from tests.properties.bodies import body
from tests.properties.reading import read

_BLOCK = 10_000


def _block(seed: int) -> Counter[str]:
    random, counts = Random(f"bodies {seed}"), Counter[str]()
    for _ in range(_BLOCK):
        text = body(random)
        try:
            result = read(text)
        except BaseException:
            print(f"seed {seed}: {text!r}", file=sys.stderr)
            raise
        counts[result if isinstance(result, str) else "a request"] += 1
    return counts


def main(
    bodies: Annotated[int, typer.Option(help="how many bodies")] = 1_000_000,
    first: Annotated[int, typer.Option(help="the first seed; each is ten thousand bodies")] = 1,
    workers: Annotated[int, typer.Option(help="processes, one a core")] = os.cpu_count() or 1,
    save: Annotated[Path | None, typer.Option(help="write the counts to this JSON file")] = None,
) -> None:
    """Send bodies, good and broken, through the worker's parser. Ends non-zero with the body that it could not take."""
    blocks, counts, began = range(first, first + -(-bodies // _BLOCK)), Counter[str](), time.monotonic()
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        quiet = not sys.stderr.isatty()
        for block in track(pool.imap_unordered(_block, blocks), "bodies", total=len(blocks), disable=quiet):
            counts.update(block)
    for name, count in counts.most_common():
        print(f"{count:>9,}  {name}")
    print(f"{counts.total():,} bodies in {time.monotonic() - began:.0f} s, each read or refused as documented")
    if save is not None:
        save.parent.mkdir(parents=True, exist_ok=True)
        save.write_text(json.dumps({"bodies": counts.total(), "results": dict(counts.most_common())}, indent=1) + "\n")


if __name__ == "__main__":
    typer.run(main)
