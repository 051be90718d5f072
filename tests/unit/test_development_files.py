"""The files for CI, hooks and containers call the repository's own commands, so that there is one definition of each check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def _yaml(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


def test_the_workflow_runs_the_ci_script_and_nothing_else() -> None:
    workflow = _yaml(".github/workflows/ci.yml")
    runs = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    assert runs == ["bash .ci/run"]
    assert workflow["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("hook", _yaml(".pre-commit-config.yaml")["repos"][0]["hooks"], ids=lambda hook: hook["id"])
def test_a_hook_runs_a_check_that_make_check_runs_with_the_pinned_tools(hook: dict[str, Any]) -> None:
    command = hook["entry"].split(" --")[0]
    assert command.startswith(".venv/bin/")
    assert command.replace(".venv/bin/", "$(BIN)/") in MAKEFILE


def test_the_container_sets_up_with_make() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    target = container["postCreateCommand"].removeprefix("make ")
    assert f"\n{target}:" in MAKEFILE
