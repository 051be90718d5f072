"""The measuring itself: what counts as kept, what the virtual runs find, what the page says. No clock but the virtual one."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench import app as command
from bench import machine, page, verdict
from bench.requests import Mix
from bench.verdict import Check, Finding
from bench.virtual import TRANSFER, Load, run
from local.virtual import Cloud
from local.virtual.cloud import BEGINS


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep figures away from those of a real run."""
    monkeypatch.setattr(verdict, "RESULTS", tmp_path)
    return tmp_path


def test_sixty_requests_use_the_quota_to_the_last_drop_and_never_overrun_it() -> None:
    done = run(Load(60))
    assert (done.transferred, done.left, done.twice, done.failed_wrongly) == (60, 0, 0, 0)
    assert done.throttled.total() == 0
    assert 1.0 <= done.ratio <= 1.04


def test_failures_take_no_tokens_but_those_that_only_connect_can_refuse() -> None:
    done = run(Load(120, mix=Mix(0.05)))
    assert (done.transferred, done.failed_rightly, done.failed_wrongly) == (114, 6, 0)
    assert done.calls[TRANSFER] == 116, "two in six name a queue that only Connect knows to be unknown"


def test_the_same_seed_is_the_same_run() -> None:
    first, second, other = run(Load(40, seed=3)), run(Load(40, seed=3)), run(Load(40, seed=4))
    assert first.transfers_at == second.transfers_at != other.transfers_at


def test_a_neighbour_who_takes_the_quota_is_seen_in_the_figures() -> None:
    def call(cloud: Cloud) -> None:
        cloud.connect.quotas.admits(TRANSFER, cloud.loop.now)

    def others(cloud: Cloud) -> None:
        for number in range(400):
            cloud.loop.at(BEGINS + number * 0.125, call, cloud)

    crowded = run(Load(60, others=others))
    assert crowded.transferred == 60
    assert crowded.throttled[TRANSFER] > 0
    assert crowded.ratio > 1.5


@pytest.mark.usefixtures("results")
@pytest.mark.parametrize(("value", "status"), [(1.0, 0), (1.2, 0), (1.21, 1)])
def test_a_missed_promise_ends_the_command_non_zero(value: float, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Finding("light", "a measure", rows=[{"what": "x", "s": 1.0}], checks=[Check("ratio", value, 1.2)])
    monkeypatch.setitem(command.MEASURES, "light", (lambda _step: found, "a measure"))
    monkeypatch.setattr(machine, "save", lambda: None)
    assert CliRunner().invoke(command.app, ["light"]).exit_code == status
    assert verdict.load("light") == found


@pytest.mark.usefixtures("results")
def test_a_page_without_figures_says_what_to_run() -> None:
    with pytest.raises(page.NoFigures, match="python -m bench realtime"):
        page.write()


def test_every_placeholder_of_the_page_names_a_measure() -> None:
    named = [line.strip("{} \n").split() for line in page.PROSE.read_text().splitlines() if line.startswith("{{")]
    assert {words[1] for words in named if len(words) > 1} == set(command.MEASURES | command.LONG)


def test_the_page_in_docs_was_made_from_the_prose() -> None:
    prose = [line for line in page.PROSE.read_text().splitlines() if line.startswith("#")]
    assert [line for line in page.PAGE.read_text().splitlines() if line.startswith("#")] == prose
