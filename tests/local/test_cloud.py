"""The local cloud refuses what cannot work with one sentence, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from local.cloud import LocalCloud
from local.deployment import DeployError
from local.processes import Child, wait_until
from local.toolbox import ROOT


def test_an_unknown_deployment_is_one_sentence() -> None:
    with pytest.raises(DeployError, match="There is no deployment 'nope'"):
        LocalCloud("nope")


def test_a_wrong_setting_is_one_sentence() -> None:
    with pytest.raises(DeployError, match="settleMinuts"):
        LocalCloud("local", {"settleMinuts": 1})


def test_a_child_with_a_lifeline_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    parent = f"""
import os, time
from pathlib import Path
from local.processes import Child
child = Child([{sys.executable!r}, "-m", "local.lifeline", "http.server", "0", "--bind", "127.0.0.1"],
    environment=os.environ, log=Path({str(tmp_path / "log")!r}), directory=Path({str(ROOT)!r}), lifeline=True)
Path({str(tmp_path / "new")!r}).write_text(str(child.pid))
Path({str(tmp_path / "new")!r}).rename({str(pid_file)!r})
time.sleep(600)
"""
    process = subprocess.Popen([sys.executable, "-c", parent], cwd=ROOT)  # noqa: S603 - our own text
    wait_until(pid_file.exists, "the child runs")
    process.kill()
    process.wait()
    pid = int(pid_file.read_text())
    wait_until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie", "the child ends")


def test_stopping_a_child_stops_what_it_started(tmp_path: Path) -> None:
    command = ["/bin/sh", "-c", "sleep 600 & echo $! ; wait"]
    with Child(command, environment=os.environ, log=tmp_path / "log") as child:
        pid = int(wait_until(lambda: child.tail().strip() or None, "the grandchild runs"))
    wait_until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie", "the grandchild ends")
    assert child.exit_status() is not None
