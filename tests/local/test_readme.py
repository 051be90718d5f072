"""The README does what it says: its Python examples run against the local cloud, its commands exist, its tests are there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.cloud import LocalCloud
from local.serve import contacts, exports
from tests.local.makefile import TARGETS, commands
from transfers_cli.main import run

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
DOORS = (ROOT / "docs" / "doors.md").read_text()
PYTHON = re.findall(r"```python\n(.*?)```", README + DOORS, re.DOTALL)
[LATER] = [example for example in PYTHON if "notBefore" in example]
[CANCEL] = [example for example in PYTHON if "cancelRequestId" in example]
[WAITING] = [example for example in PYTHON if "onlyIfWaiting" in example]
[CANCEL_BATCH] = [example for example in PYTHON if "cancelBatchId" in example]
EXAMPLES = [example for example in PYTHON if example not in (LATER, CANCEL, WAITING, CANCEL_BATCH)]
#: Commands for the AWS CLI, continued lines included, of the pages that are read beside `make serve`.
[SWEEP] = re.findall(r"^\$ (transfers sweep .*)$", DOORS, re.MULTILINE)
AWS_CLI = re.findall(r"^\$ (aws (?:.*\\\n)*.*)$", README + DOORS, re.MULTILINE)
CODE = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))


def _run(command: list[str], given: dict[str, str]) -> str:
    """Run an example with what `make serve` prints to export, and nothing else; return what it says."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    ran = subprocess.run(  # noqa: S603 - the pages' own lines
        command, env={**kept, **given}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def _wait_for_transfer(cloud: LocalCloud, contact: str) -> None:
    cloud.wait_until(
        lambda: [made for made in cloud.control.transfers() if made["old"] == contact], "the contact is transferred"
    )


@pytest.mark.cloud
@pytest.mark.xdist_group("cloud")
@pytest.mark.parametrize(
    "example", EXAMPLES, ids=["queue", "bus", "queue in doors.md", "urgent queue in doors.md", "follow in doors.md"]
)
def test_an_example_transfers_the_contact(cloud: LocalCloud, example: str) -> None:
    given = exports(cloud, contacts(cloud))
    contact = given["ANOTHER_CONTACT_ID" if "ANOTHER_CONTACT_ID" in example else "CONTACT_ID"]
    _run_python(example, contact, given)
    _wait_for_transfer(cloud, contact)


def _run_python(example: str, contact: str, given: dict[str, str]) -> None:
    """Run it with names of its own, so that no test meets the request or the batch of another one."""
    _run(
        [sys.executable, "-c", re.sub(r"ticket-4711[a-z-]*|monday-overflow", f"ticket-{contact}", example)],
        given,
    )


@pytest.mark.cloud
@pytest.mark.xdist_group("cloud")
def test_the_example_for_later_is_held_and_the_one_that_cancels_ends_it(
    cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = exports(cloud, contacts(cloud))
    contact = given["CONTACT_ID"]
    _run_python(LATER, contact, given)
    cloud.wait_until(lambda: not cloud.queue_depth(), "the request is held")
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert run(["status", f"ticket-{contact}"]) == 0
    assert "scheduled for" in capsys.readouterr().out
    _run_python(CANCEL, contact, given)
    cloud.wait_until(lambda: not cloud.queue_depth("UrgentQueueUrl"), "the cancellation is read")
    # So that nothing is left in the shared cloud.
    assert run(["cancel", "--request-id", f"ticket-{contact}", "--yes"]) == 0
    assert "1 schedule deleted" in capsys.readouterr().out
    cloud.wait_until(lambda: not cloud.queue_depth(), "what was held has ended")
    assert run(["status", f"ticket-{contact}"]) == 0
    assert "cancelled" in capsys.readouterr().out


@pytest.mark.cloud
@pytest.mark.xdist_group("cloud")
def test_the_example_with_a_condition_moves_what_waits_and_the_one_that_cancels_its_batch_ends_the_rest(
    cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = exports(cloud, contacts(cloud))
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    batch, waiting, late = given["CONTACT_ID"], given["CONTACT_ID"], given["ANOTHER_CONTACT_ID"]
    for contact in (waiting, late):
        cloud.control.others("place", contact_id=contact, queue_id=cloud.seed["queues"]["Support"])
    _run_python(WAITING, batch, given)
    _wait_for_transfer(cloud, waiting)
    _run_python(CANCEL_BATCH, batch, given)
    cloud.wait_until(lambda: not cloud.queue_depth("UrgentQueueUrl"), "the cancellation is read")
    _run_python(WAITING, batch, {**given, "CONTACT_ID": late})
    cloud.wait_until(lambda: not cloud.queue_depth(), "the request that came after the cancellation has ended")
    assert late not in [made["old"] for made in cloud.control.transfers()]
    assert run(["batch", f"ticket-{batch}", "--json"]) == 0
    counts = json.loads(capsys.readouterr().out)
    assert (counts["transferred"], counts["cancelled"]) == (1, 1)


@pytest.mark.cloud
@pytest.mark.xdist_group("cloud")
def test_the_command_that_sweeps_a_queue_shows_what_waits_there(cloud: LocalCloud) -> None:
    given = exports(cloud, contacts(cloud))
    cloud.control.others("place", contact_id=given["CONTACT_ID"], queue_id=given["QUEUE_ID"])
    path = os.pathsep.join([str(Path(sys.prefix) / "bin"), os.environ["PATH"]])
    assert "nothing was sent" in _run(["/bin/sh", "-c", SWEEP], {**given, "PATH": path})
    # The table has twenty.
    all_of_them = json.loads(_run(["/bin/sh", "-c", f"{SWEEP} --json"], {**given, "PATH": path}))
    assert given["CONTACT_ID"] in [one["contactId"] for one in all_of_them["contacts"]]


@pytest.mark.cloud
@pytest.mark.xdist_group("cloud")
@pytest.mark.skipif(shutil.which("aws") is None, reason="needs the AWS CLI, which the project does not install")
@pytest.mark.parametrize("command", AWS_CLI, ids=lambda text: " ".join(text.split()[1:3]))
def test_an_example_for_the_aws_cli_works_as_printed(cloud: LocalCloud, command: str) -> None:
    given = exports(cloud, contacts(cloud))
    said = _run(["/bin/sh", "-c", command], given)
    if "send-message" in command:
        _wait_for_transfer(cloud, given["CONTACT_ID"])
    else:
        assert "TransferQueueUrl" in said


def test_every_request_in_json_and_every_command_of_the_pages_has_a_right_form() -> None:
    for page in PAGES:
        for block in re.findall(r"^```json\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE):
            json.loads(block)
        assert commands(page.read_text(), r"^ *\$ ") <= TARGETS, page.name


def test_its_commands_exist() -> None:
    named = commands(README + (ROOT / "docs" / "contract.md").read_text())
    assert {"run", "test", "serve", "synth", "deploy"} <= named <= TARGETS


def test_the_tests_it_names_are_there() -> None:
    named = set(re.findall(r"`(test_[a-z_]+)`", README))
    assert len(named) > 5
    for name in named:
        assert f"def {name}(" in CODE, name
    for path in re.findall(r"`(tests/[a-z_/]+\.py)`", README):
        assert (ROOT / path).exists(), path


def test_its_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
            assert link.startswith("https://") or (page.parent / link).exists(), f"{page.name} links to {link}"


def test_the_list_of_decisions_has_every_page_by_its_title() -> None:
    folder = ROOT / "docs" / "decisions"
    titles = {
        page.name: re.sub(r"^# (\d+[.:] )?", "", page.read_text().splitlines()[0]) for page in folder.glob("[0-9]*.md")
    }
    listed = [f"- [{int(name[:4])}: {title}]({name})" for name, title in sorted(titles.items())]
    assert [line for line in (folder / "README.md").read_text().splitlines() if line.startswith("- ")] == listed


def test_ci_calls_the_test_command_of_the_readme() -> None:
    assert "make test" in README
    assert re.search(r"^make test$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
