"""The local cloud refuses what cannot work with one sentence, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
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


class Idle(LocalCloud):
    """A local cloud that starts nothing."""

    def _start(self) -> None:
        (self.logs / "some.log").write_text("")


def test_the_logs_go_with_a_cloud_that_nothing_went_wrong_with() -> None:
    with Idle() as cloud:
        assert cloud.logs.is_dir()
    assert not cloud.logs.exists()
    with pytest.raises(KeyboardInterrupt), Idle() as cloud:
        raise KeyboardInterrupt
    assert not cloud.logs.exists()


def test_the_logs_stay_when_something_went_wrong_or_a_message_names_them() -> None:
    with pytest.raises(ValueError, match="wrong"), Idle() as failed:
        raise ValueError("wrong")
    with Idle() as waiting, pytest.raises(TimeoutError, match=str(waiting.logs)):
        waiting.wait_until(lambda: None, "nothing", timeout=0.01)
    for cloud in (failed, waiting):
        assert cloud.logs.is_dir()
        shutil.rmtree(cloud.logs)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_lost_terminal_ends_it_as_ctrl_c_does_but_not_under_nohup(number: signal.Signals) -> None:
    waits = """
import signal, sys, time
from local.processes import end_as_by_ctrl_c
signal.signal(signal.SIGHUP, signal.SIG_IGN if "nohup" in sys.argv else signal.SIG_DFL)  # whatever started the tests
end_as_by_ctrl_c()
try:
    print("ready", flush=True)
    time.sleep(1 if "nohup" in sys.argv else 600)
except KeyboardInterrupt:
    print("ended")
"""

    def said(*arguments: str) -> str:
        command = [sys.executable, "-c", waits, *arguments]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own text
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            process.send_signal(number)
            return process.stdout.read()

    assert said() == "ended\n"
    assert said("nohup") == ("" if number == signal.SIGHUP else "ended\n")
