"""The operators' command on a person's terminal: the Region it takes, ids as they are, Ctrl-C."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local import serve, toolbox
from local.demo import __main__ as demo
from transfers_cli import say
from transfers_cli.deployment import Aws
from transfers_cli.errors import Stop

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment that names no Region."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))


@pytest.mark.usefixtures("nowhere")
def test_the_region_is_taken_from_where_the_message_says_and_that_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Stop, match="set AWS_REGION"):
        Aws()
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert Aws().region == "eu-west-1"
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    assert Aws().region == "eu-central-1"


@pytest.mark.parametrize("console", [say.out, say.err, toolbox._say, serve.console, demo.console])
def test_a_name_is_no_emoji(console: object) -> None:
    name = "contact:abc:cat:1"
    assert console.render_str(name).plain == name  # type: ignore[attr-defined]


def test_ctrl_c_while_it_loads_ends_it_without_a_traceback() -> None:
    interrupted = """
import runpy, sys
class Interrupted:
    def find_spec(self, name, *_):
        if name == "typer":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupted())
runpy.run_module("transfers_cli", run_name="__main__")
"""
    ran = subprocess.run(  # noqa: S603 - our own text
        [sys.executable, "-c", interrupted],
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'lambda_src'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (130, "")
