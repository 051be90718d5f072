"""What a run is: when, of which commit, on which machine, with which versions. Every figure carries it."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench import finding
from bench.environments import plain_runtime
from bench.finding import Check
from local.toolbox import ROOT

#: The key whose value names a run.
NAME = "run"
#: The file that describes the latest run of every measure.
FILE = "run.json"


def begin() -> dict[str, str]:
    """Return a description of the run that begins now: commit, processor, cores, system, interpreters and packages."""
    packages = ("botocore", "boto3", "aws-lambda-powertools")
    now, commit = datetime.now(UTC), _commit()
    return {
        NAME: f"{now:%Y%m%dT%H%M%SZ}-{commit}",
        "date": f"{now:%Y-%m-%d}",
        "commit": commit,
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "load at the start": f"{os.getloadavg()[0]:.1f}",
        "worker's Python": plain_runtime().minor,
        "tools' Python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


def end(run: dict[str, str], seconds: float, checks: Sequence[Check]) -> None:
    """Write down that a run of every measure is over.

    Args:
        run: what ``begin`` returned.
        seconds: how long it took.
        checks: the limits of all measures.
    """
    kept, known = sum(check.kept for check in checks), sum(bool(check.known) for check in checks if not check.kept)
    missed = len(checks) - kept - known
    outcome = {"duration": f"{seconds:.0f} s", "limits": f"{kept} kept, {known} known to be missed, {missed} missed"}
    finding.RESULTS.mkdir(parents=True, exist_ok=True)
    (finding.RESULTS / FILE).write_text(json.dumps(run | outcome, indent=1) + "\n")


def load(folder: Path | None = None) -> dict[str, str] | None:
    """Return the latest run of every measure in a folder (``finding.RESULTS`` if not given), or None if there is none."""
    path = (folder or finding.RESULTS) / FILE
    return json.loads(path.read_text()) if path.is_file() else None


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty=-changed"]
    try:
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    except FileNotFoundError:
        return "unknown"
    return done.stdout.strip() or "unknown"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").is_file() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor()
