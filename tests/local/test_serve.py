"""What ``make serve`` prints works as it is printed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from local.cloud import LocalCloud
from local.serve import contacts, exports, guide

pytestmark = [pytest.mark.cloud, pytest.mark.xdist_group("cloud")]


def test_the_python_example_moves_the_contact_with_the_printed_exports_and_nothing_else(cloud: LocalCloud) -> None:
    (task, *_) = tasks = contacts(cloud)
    example = dict(guide(cloud, tasks))["send a request to the queue, in Python (.venv/bin/python)"]
    environment = {"PATH": os.environ["PATH"], **exports(cloud, tasks)}
    subprocess.run([sys.executable, "-c", example], env=environment, check=True, capture_output=True)  # noqa: S603 - our own text
    cloud.wait_until(lambda: any(one["old"] == task for one in cloud.control.transfers()), "the contact is transferred")


@pytest.mark.skipif(shutil.which("aws") is None, reason="needs the AWS CLI, which the project does not install")
def test_the_command_line_examples_are_accepted_by_the_aws_cli(cloud: LocalCloud) -> None:
    (first, second, *_) = tasks = contacts(cloud)
    texts = dict(guide(cloud, tasks))
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", ""), **exports(cloud, tasks)}
    for heading in ("the same with the AWS CLI", "or put an event on the bus", "and look at the contact"):
        subprocess.run(["/bin/sh", "-c", texts[heading]], env=environment, check=True, capture_output=True)  # noqa: S603 - our own text
    moved = {first, second}
    cloud.wait_until(lambda: moved <= {one["old"] for one in cloud.control.transfers()}, "both are transferred")
