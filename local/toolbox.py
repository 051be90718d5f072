"""Tools with an environment of their own, created on first use from a pinned and hashed list.

The emulator pins its own botocore, and Lambda's runtime client belongs to the interpreter of the runtime: neither may
meet the repository's packages.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

from rich.console import Console

from tools.locks import exclusive

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
_say = Console(stderr=True, highlight=False, emoji=False)


class ToolError(RuntimeError):
    """A tool's environment could not be made; the message says why, in the words of the program that failed."""


def say(text: str) -> None:
    """Tell the person at the terminal what takes time, on standard error."""
    _say.print(text, style="dim", markup=False, soft_wrap=True)


def environment_of(name: str, requirements: Path, interpreter: Path) -> Path:
    """Return the Python of environment ``.tools/NAME``; create or renew it if ``requirements`` or interpreter changed.

    Several threads and processes may ask at once: one creates it, the others wait. Two virtual environments of one
    interpreter, such as those of two copies of the repository that share ``.tools``, get the same.

    Raises ``ToolError`` with uv's own words when the packages cannot be installed.
    """
    home = TOOLS / name
    interpreter = interpreter.resolve()
    wanted = hashlib.sha256(requirements.read_bytes() + str(interpreter).encode()).hexdigest()
    with exclusive(TOOLS / f"{name}.lock"):
        if not _is_made(home, wanted):
            say(f"installing {name} from {requirements.name} (once)")
            _make(home, requirements, interpreter, wanted)
    return home / "bin" / "python"


def _is_made(home: Path, wanted: str) -> bool:
    stamp = home / "made-from"
    return (home / "bin" / "python").exists() and stamp.exists() and stamp.read_text() == wanted


def _make(home: Path, requirements: Path, interpreter: Path, stamp: str) -> None:
    """Create the environment beside ``home`` and move it there once it is whole; the caller holds the lock."""
    making = home.with_name(f"{home.name}.new")
    shutil.rmtree(making, ignore_errors=True)  # left by a process that was ended at this work
    _uv("venv", "--quiet", "--relocatable", "--python", str(interpreter), str(making))
    _uv("pip", "sync", "--quiet", "--require-hashes", "--python", str(making / "bin" / "python"), str(requirements))
    (making / "made-from").write_text(stamp)
    shutil.rmtree(home, ignore_errors=True)
    making.rename(home)


def _uv(*arguments: str) -> None:
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        raise ToolError("uv is missing from the project's environment; run: make setup")
    done = subprocess.run([uv, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ToolError(f"uv {arguments[0]} failed: {done.stderr.strip()}")


def find_interpreter(minor: str) -> Path | None:
    """Return an interpreter of version ``minor`` (such as ``3.13``) that this machine has and that runs, or None."""
    if f"{sys.version_info.major}.{sys.version_info.minor}" == minor:
        return Path(sys.executable)
    candidates = [shutil.which(f"python{minor}"), *_version_manager(minor)]
    return next((Path(c) for c in candidates if c and _is_version(c, minor)), None)


def _version_manager(minor: str) -> list[str]:
    """Find pyenv's own Python of that minor, which its shim on the PATH hides unless it is the chosen one."""
    pyenv = shutil.which("pyenv")
    if pyenv is None:
        return []
    done = subprocess.run([pyenv, "prefix", minor], capture_output=True, text=True, check=False)
    return [f"{done.stdout.strip()}/bin/python"] if done.returncode == 0 else []


def _is_version(candidate: str, minor: str) -> bool:
    script = "import sys, json; print(json.dumps(sys.version_info[:2]))"
    try:
        done = subprocess.run([candidate, "-c", script], capture_output=True, text=True, check=False, timeout=20)
    except OSError:
        return False
    return done.returncode == 0 and ".".join(map(str, json.loads(done.stdout))) == minor
