"""What a run was made on: machine and versions, kept with the figures."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.environments import plain_runtime
from bench.verdict import RESULTS


def save() -> None:
    """Write it beside the figures."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "machine.json").write_text(json.dumps(describe(), indent=1) + "\n")


def load() -> dict[str, str]:
    """What the latest run was made on."""
    content: dict[str, str] = json.loads((RESULTS / "machine.json").read_text())
    return content


def describe() -> dict[str, str]:
    """Processor, cores, system, interpreters and packages."""
    packages = ("botocore", "boto3", "aws-lambda-powertools")
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "worker's Python": plain_runtime().minor,
        "tools' Python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").is_file() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor()
