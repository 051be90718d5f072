"""The functions' code for runs on this machine: built once, and again when a source, a pin or the way of building it changes."""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path

from contact_transfer_cdk import asset
from contact_transfer_cdk.asset.build import LAMBDA_SRC, build
from contact_transfer_cdk.policies import calls
from local.toolbox import ROOT
from tools.locks import exclusive

BUILDS = ROOT / "build" / "asset"
KEPT = 3


def built() -> Path:
    """Return the folder with the code. Several processes may ask at once: one builds, the others wait.

    Raises ``DeploymentError`` when it cannot be built.
    """
    with exclusive(BUILDS / "lock"):
        folder = BUILDS / _digest()
        if not folder.is_dir():
            making = BUILDS / "new"
            shutil.rmtree(making, ignore_errors=True)  # left by a process that was ended at this work
            making.mkdir()
            build(making)
            making.rename(folder)
            _forget_old()
    return folder


def _digest() -> str:
    """What the result follows from: the sources, the pins, the code that builds, and the interpreter."""
    ways = sorted(Path(asset.__file__).parent.glob("*.py"))
    sources = sorted(path for path in LAMBDA_SRC.rglob("*") if path.is_file() and path.suffix in {".py", ".txt"})
    digest = hashlib.sha256(sys.version.encode())
    for path in [*sources, *ways, Path(str(calls.__file__))]:
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _forget_old() -> None:
    folders = sorted((one for one in BUILDS.iterdir() if one.is_dir()), key=lambda one: one.stat().st_mtime)
    for folder in folders[:-KEPT]:
        shutil.rmtree(folder, ignore_errors=True)
