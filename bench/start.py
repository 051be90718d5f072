"""Cold start: whole processes in turn, the worker on a read-only copy of the real asset beside ``boto3.client("connect")`` alone."""

from __future__ import annotations

import io
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from bench.environments import peer_runtime, plain_runtime
from bench.finding import Check, Finding
from bench.requests import INSTANCE_ARN
from contact_transfer.config.worker_settings import Settings
from contact_transfer_cdk.asset.build import PYTHON, build
from local.toolbox import ROOT

ROUNDS = 11
WORKER = "contact_transfer.worker"
OURS = f"import {WORKER}"
#: Starts whose imports are timed.
IMPORTS = 5
PEERS = {
    "boto3, one Connect client": "import boto3; boto3.client('connect')",
    "Powertools batch + boto3": "import bench.peers.batch",
    "Powertools batch, parser, idempotency + boto3": "import bench.peers.full",
}
ASSET_LIMIT_MB = 4.0
#: An experiment: the start with nothing in place of the SDK's help texts. It is not deployed this way.
_NO_DOCS = "Contact Transfer without botocore's documentation classes"
_STAND_INS = """
import sys, types
docs, docstring = types.ModuleType("botocore.docs"), types.ModuleType("botocore.docs.docstring")
docs.__path__ = ["botocore/docs"]
for name in ("ClientMethodDocstring", "PaginatorDocstring", "WaiterDocstring"):
    setattr(docstring, name, type(name, (str,), {"__new__": lambda cls, *args, **named: str.__new__(cls)}))
sys.modules |= {"botocore.docs": docs, "botocore.docs.docstring": docstring}
"""
_PEER, _PLAIN = "boto3, one Connect client", ", no byte code"


@dataclass(frozen=True)
class Start:
    """A way to start: an interpreter with a program, the folder it runs in, and its environment variables."""

    name: str
    command: list[str]
    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    def seconds(self) -> float:
        """Start it and return the seconds until it has ended. Raise ``CalledProcessError`` if it fails."""
        began = time.perf_counter()
        subprocess.run(
            self.command, cwd=self.folder, env=environment() | self.variables, check=True, capture_output=True
        )
        return time.perf_counter() - began


def environment() -> dict[str, str]:
    """Return the environment variables that Lambda gives a worker, and no others."""
    url = "https://sqs.us-east-1.amazonaws.com/000000000000/queue"
    settings = Settings((INSTANCE_ARN,), url, url, url, "bus", "table", "group", url).to_environment()
    region = {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_LAMBDA_FUNCTION_NAME": "worker"}
    credentials = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "IDEMPOTENCY_TABLE": "table"}
    return settings | region | credentials | {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}


@cache
def _built() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory()
    build(Path(folder.name))
    return folder


@contextmanager
def asset(*, bytecode: bool = True) -> Iterator[Path]:
    """Yield a read-only copy of the asset as it is deployed; ``bytecode``: with its compiled files."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "task"
        left_out = None if bytecode else shutil.ignore_patterns("__pycache__")
        shutil.copytree(_built().name, target, ignore=left_out)
        _writable(target, allowed=False)
        yield target
        _writable(target, allowed=True)


def _writable(folder: Path, *, allowed: bool) -> None:
    for path in [folder, *folder.rglob("*")]:
        mode = path.stat().st_mode
        path.chmod(mode | stat.S_IWUSR if allowed else mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))


def measure(step: Callable[[str], None]) -> Finding:
    """Return the cold starts with and without byte code, and the size of the asset. ``step`` shows progress."""
    found = Finding("start", f"Cold start on Python {plain_runtime().minor}: whole processes in turn, {ROUNDS} each")
    step("building the asset")
    with asset() as compiled, asset(bytecode=False) as plain, _without_bytecode() as sources:
        times = _in_turn(list(_starts(compiled, plain, sources)), step)
        size, files = packed(compiled)
        step("imports")
        modules = imports(compiled)
    without = times.pop(_NO_DOCS)
    saved = median(ours - less for ours, less in zip(times["Contact Transfer"], without, strict=True))
    middle = {name: median(values) for name, values in times.items()}
    ratios = {name: _ratio(values, times[_PEER + _suffix(name)]) for name, values in times.items()}
    for name, seconds in middle.items():
        found.rows.append({"start": name, "ms": round(1000 * seconds), "of boto3 alone": round(ratios[name], 2)})
    found.data |= {"packages": packages(modules), "asset_mb": size, "docs_ms": 1000 * saved}
    found.notes += [
        f"The asset: {files} files, {size:.2f} MB zipped with byte code.",
        _runtime(),
        f"The start imports {len(modules)} modules, the interpreter's own included; `start.json` has their time by package.",
        f"With stand-ins for botocore's documentation classes it would be {f'{1000 * saved:.0f} ms' if saved > 0 else 'no'} shorter.",
    ]
    found.checks = [
        Check("the worker over boto3 with one client", round(ratios["Contact Transfer"], 3), 0.999),
        Check("the same, both without byte code", round(ratios[f"Contact Transfer{_PLAIN}"], 3), 0.999),
        Check("asset", round(size, 2), ASSET_LIMIT_MB, " MB"),
    ]
    return found


def _in_turn(starts: Sequence[Start], step: Callable[[str], None]) -> dict[str, list[float]]:
    """The seconds of each start, by name, one round after the other."""
    times: dict[str, list[float]] = {}
    for start in starts:
        start.seconds()  # once, so that every side's files are in memory
    for number in range(ROUNDS):
        step(f"round {number + 1} of {ROUNDS}")
        for start in starts:
            times.setdefault(start.name, []).append(start.seconds())
    return times


def _runtime() -> str:
    exact = plain_runtime().exact and peer_runtime().exact
    other = "" if exact else f", since Python {PYTHON}, the runtime's minor version, is not on this machine"
    return f"Both sides ran on Python {plain_runtime().minor}{other}."


def _suffix(name: str) -> str:
    return _PLAIN if name.endswith(_PLAIN) else ""


def _ratio(ours: list[float], theirs: list[float]) -> float:
    """Return the median of the rounds' ratios, since a busy machine slows both sides of a round."""
    return median(one / other for one, other in zip(ours, theirs, strict=True))


def _starts(compiled: Path, plain: Path, sources: Path) -> Iterator[Start]:
    ours, theirs = str(plain_runtime().python), str(peer_runtime().python)
    yield Start("Contact Transfer", [ours, "-c", OURS], compiled)
    yield Start(_NO_DOCS, [ours, "-c", _STAND_INS + OURS], compiled)
    for name, program in PEERS.items():
        yield Start(name, [theirs, "-c", program], ROOT)
    yield Start("Contact Transfer, no byte code", [ours, "-c", OURS], plain)
    program = PEERS[_PEER]
    yield Start("boto3, one Connect client, no byte code", [ours, "-c", program], ROOT, {"PYTHONPATH": str(sources)})


@contextmanager
def _without_bytecode() -> Iterator[Path]:
    """Yield the peers' packages as sources only, as on a read-only disk."""
    site = next(peer_runtime().python.parent.parent.glob("lib/python*/site-packages"))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "packages"
        shutil.copytree(site, target, ignore=shutil.ignore_patterns("__pycache__"))
        yield target


def packed(folder: Path) -> tuple[float, int]:
    """Return the asset's size in MB as a zip, and the number of its files."""
    buffer = io.BytesIO()
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, path.relative_to(folder))
    return len(buffer.getvalue()) / 1e6, len(files)


def imports(folder: Path) -> list[dict[str, Any]]:
    """Return every module that the worker's start imports, with its own time in ms without what it imports, slowest first."""
    seen: dict[str, list[float]] = {}
    for _ in range(IMPORTS):
        for name, ms in _imports(folder):
            seen.setdefault(name, []).append(ms)
    middle = sorted(((name, median(times)) for name, times in seen.items()), key=lambda one: -one[1])
    return [{"module": name, "own ms": round(ms, 2)} for name, ms in middle]


def packages(modules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the time by package, the standard library as one, and the worker's own module, which makes the clients, by itself.

    ``modules``: as ``imports`` returns them.
    """
    own: dict[str, list[float]] = {}
    for module in modules:
        name = str(module["module"])
        top = name.partition(".")[0]
        top = "the standard library" if top in sys.stdlib_module_names else top
        own.setdefault(f"{name}: the clients" if name == WORKER else top, []).append(module["own ms"])
    rows = [{"package": name, "modules": len(times), "own ms": round(sum(times), 1)} for name, times in own.items()]
    return sorted((row for row in rows if row["own ms"]), key=lambda row: -float(str(row["own ms"])))


def _imports(folder: Path) -> list[tuple[str, float]]:
    done = subprocess.run(
        [str(plain_runtime().python), "-X", "importtime", "-c", OURS],
        cwd=folder,
        env=environment(),
        check=True,
        capture_output=True,
        text=True,
    )
    lines = re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)", done.stderr)
    return [(name, int(us) / 1000) for us, name in lines]
