"""A copy of the repository to change, with its own tests to run on it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDERS = ("lambda_src", "infra", "ops", "local", "tools", "tests", "docs", "examples", "deployments", "bench")
FILES = ("pyproject.toml", "README.md", "CONTRIBUTING.md", "Makefile", "app.py", "cdk.json")
#: What the settings of pytest and the marks of the tests need; loading all others takes as long as the tests.
_PLUGINS = ("-p", "pytest_timeout", "-p", "xdist.plugin", "-n0")
#: No recipe is about the functions' code, and building it takes as long as all else of a template.
_WITHOUT_CODE = 'build({**defaults(), "aws:cdk:bundling-stacks": []}, folder).synth()\n        return\n        '


@dataclass(frozen=True)
class House:
    """``root``: where the copy is."""

    root: Path

    @classmethod
    def copied(cls, root: Path) -> House:
        """Copy what the tests need of the repository to a new folder: byte code, too, that others do not write just now."""
        for name in FOLDERS:
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("*.pyc.*", "*.svg"))
        for name in FILES:
            shutil.copy(ROOT / name, root / name)
        house = cls(root)
        house.insert_before("tests/infra/conftest.py", "build(defaults(), folder).synth()", _WITHOUT_CODE)
        return house

    def insert(self, path: str, after: str, lines: str) -> None:
        """Insert lines behind the first line of a file that matches the pattern ``after``."""
        file = self.root / path
        text = file.read_text("utf-8")
        found = re.search(rf"^.*{after}.*\n", text, re.MULTILINE)
        assert found, f"{path} has no line '{after}': the recipe in CONTRIBUTING.md is out of date."
        file.write_text(text[: found.end()] + lines + text[found.end() :], "utf-8")

    def insert_before(self, path: str, before: str, text: str) -> None:
        """Insert text in front of the one place of a file that reads ``before``."""
        file = self.root / path
        found = file.read_text("utf-8")
        assert found.count(before) == 1, f"{path}: {before!r} stands there {found.count(before)} times"
        file.write_text(found.replace(before, text + before), "utf-8")

    def make_schemas(self) -> None:
        """Do what ``make schemas`` does."""
        ran = self._run("-m", "tools.schemas")
        assert ran.returncode == 0, ran.stderr

    def test(self, *tests: str) -> str:
        """Run tests of the copy. Return what they print about failures; empty when all pass."""
        ran = self._run("-m", "pytest", *_PLUGINS, "--no-header", "--tb=short", *tests)
        return "" if ran.returncode == 0 else ran.stdout + ran.stderr

    def run(self, program: str) -> dict[str, Any]:
        """Run a program in the copy. Return the object that it prints as JSON."""
        ran = self._run("-c", program)
        assert ran.returncode == 0, ran.stderr[-2000:]
        return dict(json.loads(ran.stdout))

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - the repository's own modules
            [sys.executable, *arguments],
            cwd=self.root,
            env=self._environment(),
            check=False,
            capture_output=True,
            text=True,
            timeout=800,
        )

    def _environment(self) -> dict[str, str]:
        """The environment of these tests, but for what pytest put there, with the copy's packages first."""
        path = os.pathsep.join(str(self.root / name) for name in ("", "lambda_src", "infra", "ops"))
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
        return {
            "AWS_DEFAULT_REGION": "us-east-1",
            **kept,
            "PYTHONPATH": path,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
