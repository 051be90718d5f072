"""A copy of the project with a few lines added, and Python at work in it: what a developer's change does, without making it here."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_FOLDERS = ("lambda_src", "ops", "infra", "tools", "docs", "tests", "local", "bench", "examples", "deployments")


@dataclass(frozen=True)
class Altered:
    """``folder``: the copy."""

    folder: Path

    def add(self, file: str, before: str, lines: str) -> None:
        """Put ``lines`` in front of the one place where ``before`` stands in a file."""
        path = self.folder / file
        text = path.read_text("utf-8")
        assert text.count(before) == 1, f"{file}: {before!r} stands there {text.count(before)} times"
        path.write_text(text.replace(before, lines + before), "utf-8")

    def run(self, program: str) -> dict[str, Any]:
        """What a program prints as JSON."""
        ran = self._python("-c", program)
        assert ran.returncode == 0, ran.stderr[-2000:]
        return dict(json.loads(ran.stdout))

    def complaints(self, *tests: str) -> str:
        """What pytest says of tests that must fail."""
        ran = self._python("-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *tests)
        assert ran.returncode == 1, ran.stdout[-2000:]
        return ran.stdout

    def _python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        paths = (self.folder, *(self.folder / name for name in ("lambda_src", "infra", "ops")))
        return subprocess.run(  # noqa: S603 - this interpreter, a program of ours
            [sys.executable, *arguments],
            cwd=self.folder,
            env=_environment({"PYTHONPATH": ":".join(map(str, paths)), "PYTHONDONTWRITEBYTECODE": "1"}),
            check=False,
            capture_output=True,
            text=True,
        )


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "AWS_DEFAULT_REGION": "us-east-1", **more}


def altered_copy(folder: Path) -> Altered:
    """A copy of the project in ``folder``, without what is generated."""
    for name in _FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder / name)
    return Altered(folder)
