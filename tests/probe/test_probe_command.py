"""``transfers probe`` as people run it: over HTTP with boto3, its files, Ctrl-C, a crash and ``--clean``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from contact_transfer.request.arn import parse_instance
from local.connect.model import Course
from local.connect.running import running
from local.connect.seed import SeedData
from local.connect.server.simulator import Simulator
from local.virtual.direct import DirectClock
from tests.probe.draws import Stage, draw, staged
from transfers_cli.main import run
from transfers_cli.probe import command
from transfers_cli.probe.answers import Answer, ClientWire
from transfers_cli.probe.cleaning import clean
from transfers_cli.probe.lab import Clock
from transfers_cli.probe.probe import Probe
from transfers_cli.probe.trail import Trail

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Site:
    """A simulator over HTTP with a clock of its own, and the options that name what is in it."""

    simulator: Simulator
    clock: DirectClock
    ids: SeedData
    folder: Path

    def options(self, *more: str) -> list[str]:
        flow, start = self.ids.flows["Move to queue"], self.ids.flows["Inbound"]
        given = ["--flow", flow, "--queue", self.ids.queues["Support"], "--start-flow", start]
        return ["probe", "--instance", self.ids.instance_id, *given, "--folder", str(self.folder), "--yes", *more]

    def clean(self) -> list[str]:
        return ["probe", "--clean", "--instance", self.ids.instance_id, "--folder", str(self.folder)]

    def active(self) -> list[str]:
        return [name for name, one in self.simulator.connect.store.contacts.items() if one.active]

    def file(self, suffix: str = ".json") -> Path:
        return self.folder / f"probe-{self.ids.instance_id}{suffix}"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Simulator, DirectClock, str]]:
    clock = DirectClock(time.time())
    simulator = Simulator(random_seed=1, seed_data=True, clock=clock.read)
    with running(simulator) as url:
        yield simulator, clock, url


@pytest.fixture
def site(served: tuple[Simulator, DirectClock, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    simulator, clock, url = served
    clock.now = time.time()
    simulator.reset()
    environment = {
        "AWS_ENDPOINT_URL_CONNECT": url,
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def wait(seconds: float) -> bool:
        clock.wait(seconds)
        return True

    monkeypatch.setattr(command, "_clock", lambda _stop: Clock(clock.read, wait, clock.wait))
    return Site(simulator, clock, next(iter(simulator.seed_data.values())), tmp_path)


def by_name(document: Mapping[str, Any]) -> dict[str, Any]:
    return {one["behaviour"]: one for one in document["findings"]}


def test_it_writes_what_it_found_with_the_evidence_and_leaves_nothing(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.simulator.connect.set_switches(
        old_contact_active_for=900, token_forgotten_after=120, successor_listed_after=50
    )
    assert run(site.options("--email", "help@contact.example", "--budget", "40")) == 0
    document = json.loads(site.file().read_text("utf-8"))
    found = by_name(document)
    assert found["token.after-1-min"]["observed"] == "first answer"
    assert found["token.after-10-min"]["observed"] == "second transfer"
    assert document["settings"]["whenInDoubt"] == "wait"
    # Twice the 15 minutes in which the end showed, and one to look.
    assert 31 <= document["settings"]["settleMinutes"] <= 34
    replays = [document["calls"][n] for n in found["token.after-10-min"]["evidence"]]
    first, second = (one for one in replays if one["operation"] == "TransferContact")
    assert first["request"] == second["request"]
    assert first["answer"]["ContactId"] != second["answer"]["ContactId"]
    assert first["requestId"] != second["requestId"]
    assert 600 <= second["sentAt"] - first["receivedAt"] < 640
    assert "help@contact.example" not in site.file().read_text("utf-8")
    page = site.file(".md").read_text("utf-8")
    assert '    "whenInDoubt": "wait",' in page
    assert all(f"| {name} |" in page for name in found)
    assert (site.active(), document["leftBehind"]) == ([], {})
    assert not Trail.of(site.folder, site.ids.instance_id).path.exists()
    assert "settled" in capsys.readouterr().out


def test_a_destination_that_ends_its_contacts_is_told(site: Site) -> None:
    site.simulator.connect.others.set_course(site.ids.queues["Support"], Course.FAILS)
    assert run(site.options("--budget", "5")) == 0
    found = by_name(json.loads(site.file().read_text("utf-8")))
    assert "choose another --start-flow" in found["limit.twelfth"]["sentence"]
    assert site.active() == []


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--queue", "not an id"], "--queue not an id"),
        (["--start-flow", "arn:aws:connect:eu-central-1:111122223333:instance/other/contact-flow/x"], "--start-flow"),
    ],
)
def test_options_that_make_no_sense_start_nothing(
    site: Site, capsys: pytest.CaptureFixture[str], more: list[str], sentence: str
) -> None:
    assert run(site.options(*more)) == 2
    assert sentence in capsys.readouterr().err
    assert site.simulator.connect.store.contacts == {}


def test_without_a_destination_it_says_what_it_needs(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["probe", "--instance", site.ids.instance_id]) == 2
    assert "--queue or --user" in capsys.readouterr().err


def test_without_an_answer_nothing_is_started(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda: "n")
    assert run([one for one in site.options() if one != "--yes"]) == 5
    assert site.simulator.connect.store.contacts == {}


class Crash(BaseException):
    """The process is gone: nothing of the probe's own runs any more."""


class CrashingWire(ClientWire):
    """Crashes at the call with this number, before or after it took effect, and at every one after that."""

    def __init__(self, made: Stage, at: int, *, before: bool) -> None:
        super().__init__(made.client)
        self._left, self._before = at, before

    def send(self, operation: str, asked: Mapping[str, Any]) -> Answer:
        self._left -= 1
        if self._left < 0 or (self._left == 0 and self._before):
            raise Crash
        answer = super().send(operation, asked)
        if self._left == 0:
            raise Crash
        return answer


@pytest.mark.parametrize("number", range(200, 212))
def test_after_a_crash_clean_ends_what_is_left(number: int, tmp_path: Path) -> None:
    random, one = Random(number), draw(number)
    made = staged(draw(number))
    made.connect.store.faults.clear()
    made.connect.others.replicate(made.place.instance_id, None)
    made.connect.set_switches(successor_listed_after=min(50.0, one.switches["successor_listed_after"]))
    trail = Trail(tmp_path / "trail.jsonl")
    wire = CrashingWire(made, random.randint(1, 150), before=random.random() < 0.5)
    with pytest.raises(Crash):
        Probe(wire, stood(made), made.place, 5400.0, trail.record).run()
    made.clock.wait(120.0)
    if number % 3 == 0:
        trail.remove()  # as on another machine: SearchContacts alone has to find them
    clean(ClientWire(made.client), stood(made), parse_instance(made.place.instance_arn), trail, made.clock.now)
    assert made.active() == []


def stood(made: Stage) -> Clock:
    def wait(seconds: float) -> bool:
        made.clock.wait(seconds)
        return True

    return Clock(made.clock.read, wait, made.clock.wait)


def test_clean_leaves_other_peoples_contacts_alone(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    connect = site.simulator.connect
    started = {"InstanceId": site.ids.instance_id, "ContactFlowId": site.ids.flows["Inbound"]}
    theirs = connect.call("StartTaskContact", **started, Name="somebody's")["ContactId"]
    doctors = connect.call("StartTaskContact", **started, Name="Contact Transfer test (doctor-1)")["ContactId"]
    connect.call("StartTaskContact", **started, Name="Contact Transfer test (probe-20260101T000000Z-abcdef)")
    assert run(site.clean()) == 0
    assert site.active() == [theirs, doctors]
    assert "1 test contact ended" in capsys.readouterr().out


def test_ctrl_c_ends_the_contacts_of_a_process(tmp_path: Path) -> None:
    simulator = Simulator(random_seed=2, seed_data=True)
    with running(simulator) as url:
        ids = next(iter(simulator.seed_data.values()))
        site = Site(simulator, DirectClock(0.0), ids, tmp_path)
        environment = {
            **os.environ,
            "AWS_ENDPOINT_URL_CONNECT": url,
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        line = [sys.executable, "-m", "transfers_cli", *site.options()]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(line, env=environment, text=True, cwd=ROOT, **pipes) as running_probe:  # noqa: S603 - our own command
            deadline = time.monotonic() + 60
            while not simulator.connect.store.contacts:
                assert running_probe.poll() is None, running_probe.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            running_probe.send_signal(signal.SIGINT)
            out, err = running_probe.communicate(timeout=120)
        assert running_probe.returncode == 130, out + err
        assert site.active() == []
        assert json.loads(site.file().read_text("utf-8"))["interrupted"] is True
