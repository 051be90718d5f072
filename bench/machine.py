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

from bench import verdict
from bench.environments import plain_runtime
from bench.verdict import Check
from local.toolbox import ROOT

#: The key whose value names a run.
NAME = "run"


def begin() -> dict[str, str]:
    """Describe the run that begins now: commit, processor, cores, system, interpreters and packages."""
    packages = ("botocore", "boto3", "aws-lambda-powertools")
    now, commit = datetime.now(UTC), _commit()
    return {
        NAME: f"{now:%Y%m%dT%H%M%SZ}-{commit}",
        "date": f"{now:%Y-%m-%d}",
        "commit": commit,
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "load when it began": f"{os.getloadavg()[0]:.1f}",
        "worker's Python": plain_runtime().minor,
        "tools' Python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


def end(run: dict[str, str], seconds: float, checks: Sequence[Check]) -> None:
    """Write down that a run of every measure is over: the page is made from it."""
    kept, known = sum(check.kept for check in checks), sum(bool(check.known) for check in checks if not check.kept)
    missed = len(checks) - kept - known
    outcome = {"duration": f"{seconds:.0f} s", "promises": f"{kept} kept, {known} known to be missed, {missed} missed"}
    verdict.RESULTS.mkdir(parents=True, exist_ok=True)
    _path().write_text(json.dumps(run | outcome, indent=1) + "\n")


def load() -> dict[str, str] | None:
    """The latest run of every measure, if there is one."""
    return json.loads(_path().read_text()) if _path().is_file() else None


def _path() -> Path:
    return verdict.RESULTS / "run.json"


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
