"""CPU time of one message beside an earlier commit's: both assets with the same interpreter, in turns, with instant answers."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.cpu import MESSAGES, inside
from bench.finding import console
from bench.start import asset
from local.toolbox import ROOT

#: Runs of each side, and rounds of 50 messages in a run, of which the quickest count.
RUNS, ROUNDS, QUICKEST = 6, 12, 4
#: Builds the asset of whichever commit the working directory is of.
_BUILD = """
import sys
from pathlib import Path
if Path("infra/contact_transfer_cdk").is_dir():
    from contact_transfer_cdk.asset.build import build
else:
    from infra.asset.build import build
build(Path(sys.argv[1]))
"""


def compare(revision: str) -> float:
    """Print and return the CPU time a message takes, as a multiple of what it took at a commit.

    Args:
        revision: the commit, which must have ``bench.inside.cpu``.

    Raises:
        subprocess.CalledProcessError: git does not know the commit, or its asset cannot be built.
    """
    with asset() as present, _earlier(revision) as (earlier, root):
        sides = [(present, ROOT), (earlier, root)]
        runs = [_run(sides, turned=bool(number % 2)) for number in range(RUNS)]
    ratios = [now / before for now, before in runs]
    now, before = (min(run[side] for run in runs) / MESSAGES * 1000 for side in (0, 1))
    ratio = median(ratios)
    console.print(f"CPU a message: {now:.3f} ms, {before:.3f} ms at {revision}; median of {RUNS} pairs: {ratio:.3f}")
    return ratio


def _run(sides: list[tuple[Path, Path]], *, turned: bool) -> tuple[float, float]:
    """Seconds of CPU that a round takes now and at the earlier commit, one after the other."""
    found = {folder: _seconds(folder, root) for folder, root in (reversed(sides) if turned else sides)}
    (present, _), (earlier, _) = sides
    return found[present], found[earlier]


def _seconds(folder: Path, root: Path) -> float:
    pairs = inside(folder, "cpu", 1, MESSAGES, ROUNDS, variables={"PYTHONPATH": f"{folder}:{root}"})["pairs"]
    return float(median(sorted(ours for ours, _ in pairs)[:QUICKEST]))


@contextmanager
def _earlier(revision: str) -> Iterator[tuple[Path, Path]]:
    """Yield the commit's asset, and a work tree of it."""
    with tempfile.TemporaryDirectory() as folder:
        root, target = Path(folder) / "tree", Path(folder) / "asset"
        _worktree("add", "--quiet", "--detach", str(root), revision)
        try:
            paths = os.pathsep.join(str(root / one) for one in ("", "lambda_src", "infra"))
            environment = os.environ | {"PYTHONPATH": paths}
            subprocess.run([sys.executable, "-c", _BUILD, str(target)], cwd=root, env=environment, check=True)
            yield target, root
        finally:
            _worktree("remove", "--force", str(root))


def _worktree(*arguments: str) -> None:
    command = ["git", "worktree", *arguments]
    subprocess.run(command, cwd=ROOT, check=True)
