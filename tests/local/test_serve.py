"""What ``make serve`` prints works as it is printed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import partial

import httpx
import pytest

from local.cloud import LocalCloud
from local.console import console
from local.demo.__main__ import offer_console
from local.serve import commands, contacts, exports, guide
from transfers_cli.main import run

pytestmark = [pytest.mark.cloud, pytest.mark.xdist_group("cloud")]


def test_the_python_example_moves_the_contact_with_the_printed_exports_and_nothing_else(cloud: LocalCloud) -> None:
    (task, *_) = tasks = contacts(cloud)
    example = dict(guide(cloud, tasks))["send a request to the queue, in Python (.venv/bin/python)"]
    environment = {"PATH": os.environ["PATH"], **exports(cloud, tasks)}
    subprocess.run([sys.executable, "-c", example], env=environment, check=True, capture_output=True)  # noqa: S603 - our own text
    cloud.wait_until(lambda: any(one["old"] == task for one in cloud.control.transfers()), "the contact is transferred")


def _moved(cloud: LocalCloud) -> list[str]:
    return [one["old"] for one in cloud.control.transfers() if one["by"] == "TransferContact"]


def test_the_operators_commands_do_what_they_say_in_their_order(
    cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tasks = contacts(cloud)
    for name, value in exports(cloud, tasks).items():
        monkeypatch.setenv(name, value)

    def printed(line: str) -> str:
        capsys.readouterr()
        asks = line.split()[1] in {"send", "cancel"}
        assert run([*line.split()[1:], *(["--yes"] if asks else [])]) in {0, 3}
        for queue in ("UrgentQueueUrl", "TransferQueueUrl"):
            cloud.wait_until(partial(_is_empty, cloud, queue), f"{queue} is empty")
        return capsys.readouterr().out

    urgent, follow, waiting, later, *rest = commands(cloud, tasks).splitlines()
    printed(urgent)
    assert _moved(cloud)[-1] == tasks[2]
    new = cloud.control.transfers()[-1]["new"]
    printed(follow)
    assert _moved(cloud)[-1] == new
    printed(waiting)
    printed(later)
    scheduled, batch, cancelled, _ = (printed(line) for line in rest)
    assert tasks[3] in scheduled
    assert "NotInQueue 1" in batch
    assert "held until due" in batch
    assert "1 schedule deleted" in cancelled
    assert tasks[3] not in _moved(cloud)


def test_the_console_opens_by_the_address_that_is_printed(cloud: LocalCloud) -> None:
    with console(cloud) as address, httpx.Client(trust_env=False, follow_redirects=True, timeout=30) as browser:
        page = browser.get(address)
        assert page.status_code == 200
        assert cloud.outputs["EventBusName"] in page.text
    with pytest.raises(httpx.ConnectError):
        httpx.get(address, trust_env=False)


def test_the_demonstration_ends_with_the_console_when_a_person_is_there(
    cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("builtins.input", lambda: "")
    offer_console(cloud)
    assert "Look at it in your browser: http://127.0.0.1:" in capsys.readouterr().out


def _is_empty(cloud: LocalCloud, queue: str) -> bool:
    return not cloud.queue_depth(queue)


@pytest.mark.skipif(shutil.which("aws") is None, reason="needs the AWS CLI, which the project does not install")
def test_the_command_line_examples_are_accepted_by_the_aws_cli(cloud: LocalCloud) -> None:
    (first, second, *_) = tasks = contacts(cloud)
    texts = dict(guide(cloud, tasks))
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", ""), **exports(cloud, tasks)}
    for heading in ("the same with the AWS CLI", "or put an event on the bus", "and look at the contact"):
        subprocess.run(["/bin/sh", "-c", texts[heading]], env=environment, check=True, capture_output=True)  # noqa: S603 - our own text
    moved = {first, second}
    cloud.wait_until(lambda: moved <= {one["old"] for one in cloud.control.transfers()}, "both are transferred")
