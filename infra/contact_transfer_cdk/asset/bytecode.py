"""Byte code for the runtime: Lambda's code folder is read-only, so what is not compiled here is compiled at each cold start."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from contact_transfer_cdk.errors import DeploymentError

#: Where Lambda unpacks the code: the folder that traces shall name.
CODE_FOLDER = "/var/task"


def interpreter(minor: str) -> str | None:
    """A Python of this minor version (``3.13``) that runs, or None. A version manager's stand-in may be there and not run."""
    return next((candidate for candidate in _candidates(minor) if _version(candidate) == minor), None)


def _candidates(minor: str) -> Iterator[str]:
    if on_path := shutil.which(f"python{minor}"):
        yield on_path
    uv = shutil.which("uv")
    if uv is not None:
        found = subprocess.run([uv, "python", "find", minor], capture_output=True, text=True, check=False)
        if found.returncode == 0:
            yield found.stdout.strip()
    if root := os.environ.get("PYENV_ROOT"):
        yield from (str(path) for path in sorted(Path(root).glob(f"versions/{minor}*/bin/python{minor}")))


def _version(candidate: str) -> str | None:
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        result = subprocess.run(
            [candidate, "-I", "-c", program], capture_output=True, text=True, check=False, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return result.stdout.strip() if result.returncode == 0 else None


def compile_all(folder: Path, python: str) -> None:
    """Put byte code beside every source under ``folder``.

    Unchecked, so that neither a file's time nor its content is compared when it is loaded; the same sources give the same
    bytes. Raise ``DeploymentError`` when a source cannot be compiled.
    ``python``: the interpreter, of the functions' minor version.
    """
    options = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", CODE_FOLDER]
    result = subprocess.run(
        [python, "-I", "-m", "compileall", *options, str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise DeploymentError(f"The asset's sources do not compile with {python}: {result.stdout.strip()}")
