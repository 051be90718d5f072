"""The measurements: which limits count as kept, what the virtual runs find, what the page says. On the virtual clock only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench import app as command
from bench import finding, machine, page
from bench.finding import Check, Finding
from bench.load import Load
from bench.requests import Mix
from bench.virtual import TRANSFER, run
from local.virtual import Cloud
from local.virtual.cloud import BEGINS


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep figures away from those of a real run."""
    monkeypatch.setattr(finding, "RESULTS", tmp_path)
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


def test_another_caller_of_the_quota_shows_in_the_figures() -> None:
    def call(cloud: Cloud) -> None:
        cloud.connect.quotas.admits(TRANSFER, cloud.loop.now)

    def others(cloud: Cloud) -> None:
        for number in range(400):
            cloud.loop.at(BEGINS + number * 0.125, call, cloud)

    crowded = run(Load(60, others=others))
    assert crowded.transferred == 60
    assert crowded.throttled[TRANSFER] > 0
    assert crowded.ratio > 1.5


RUN = {"run": "20260101T000000Z-abc", "date": "2026-01-01", "machine": "this one"}


@pytest.fixture
def measured(results: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let a measure find checks, in a run called ``RUN``."""
    monkeypatch.setattr(machine, "begin", lambda: RUN)

    def plan(name: str, *checks: Check) -> None:
        found = Finding(name, "a measure", rows=[{"what": "x", "s": 1.0}], checks=list(checks))
        monkeypatch.setitem(command.MEASURES, name, (lambda _step: found, "a measure"))

    assert not any(results.iterdir())
    return plan


@pytest.mark.parametrize(("value", "status"), [(1.0, 0), (1.2, 0), (1.21, 1)])
def test_a_missed_limit_ends_the_command_non_zero(value: float, status: int, measured: Callable[..., None]) -> None:
    measured("light", Check("ratio", value, 1.2))
    assert CliRunner().invoke(command.app, ["light"]).exit_code == status
    found = finding.load("light")
    assert found is not None
    assert (found.checks, found.run) == ([Check("ratio", value, 1.2)], RUN)


def test_a_least_limit_is_missed_below_it() -> None:
    assert [Check("share", value, 0.5, least=True).kept for value in (0.49, 0.5)] == [False, True]


def test_a_limit_that_is_known_to_be_missed_ends_the_command_non_zero_if_strict(measured: Callable[..., None]) -> None:
    measured("light", Check("ratio", 1.0202, 1.02, known="short"))
    lenient, strict = (CliRunner().invoke(command.app, ["light", *given]) for given in ([], ["--strict"]))
    assert (lenient.exit_code, strict.exit_code) == (0, 1)
    assert finding.load("light") is not None


def test_a_known_miss_says_by_how_much_it_misses() -> None:
    assert str(Check("ratio", 1.0202, 1.02, known="short")) == "ratio: 1.0202, at most 1.02"


def test_a_page_without_a_run_says_what_to_run(results: Path) -> None:
    with pytest.raises(page.NoFigures, match="run `python -m bench`"):
        page.Figures.load(results)


@pytest.fixture
def figures(results: Path) -> page.Figures:
    """A run that is over."""
    assert results.is_dir()
    machine.end(RUN, 270.0, [Check("a", 1, 1), Check("b", 2, 1, known="so it is")])
    return page.Figures.load(results)


def test_the_page_says_of_a_run_when_and_where_it_was_and_how_it_ended(figures: page.Figures) -> None:
    assert figures.filled("{{run}}\n") == (
        "run 20260101T000000Z-abc, date 2026-01-01, machine this one, duration 270 s,"
        " limits 1 kept, 1 known to be missed, 0 missed.\n"
    )


def test_the_page_names_the_limits_that_a_run_missed(figures: page.Figures) -> None:
    checks = [Check("a", 1, 1), Check("b", 2, 1, known="so it is"), Check("c", 3, 1, " s")]
    Finding("light", "a measure", checks=checks, run=RUN).save()
    assert figures.filled("{{run}}\n").endswith("\nMissed: c: 3 s, at most 1 s.\n")


def test_the_page_shows_the_columns_that_the_prose_names(figures: page.Figures) -> None:
    Finding("light", "a measure", rows=[{"start s": 1.0, "worst": 2.0, "wrong": 0}], run=RUN).save()
    assert figures.filled("{{table light wrong start~s}}\n") == "| wrong | start s |\n|---|---|\n| 0 | 1 |\n"


def test_the_figures_of_a_run_are_kept_for_the_page(figures: page.Figures, tmp_path: Path) -> None:
    Finding("light", "a measure", rows=[{"s": 1.0}], run=RUN).save()
    page.store(["light", "never measured"], tmp_path / "kept")
    kept = page.Figures.load(tmp_path / "kept")
    assert (kept.run, kept.found("light")) == (figures.run, figures.found("light"))


@pytest.mark.parametrize("run", [{}, {**RUN, "run": "20251231T000000Z-abc"}])
def test_figures_of_another_run_are_refused(run: dict[str, str], figures: page.Figures) -> None:
    Finding("light", "a measure", rows=[{"s": 1.0}], run=run).save()
    with pytest.raises(page.NoFigures, match="The figures of 'light' are of the run"):
        figures.filled("{{table light}}\n")


def test_what_may_be_of_another_run_says_of_which_one_it_is(figures: page.Figures) -> None:
    assert figures.filled("{{origin longer}}\n").startswith("Not measured here")
    assert figures.filled("{{table longer}}\n") == "(none)\n"
    Finding("longer", "a measure", rows=[{"s": 1.0}], run={**RUN, "run": "20251231T000000Z-abc"}).save()
    assert figures.filled("{{table longer}}\n") == "| s |\n|---|\n| 1 |\n"
    assert figures.filled("{{origin longer}}\n").startswith(
        "**Of another run** (run 20251231T000000Z-abc, machine this one)"
    )
    Finding("longer", "a measure", rows=[{"s": 1.0}], run=RUN).save()
    assert figures.filled("{{origin longer}}\n") == "Made in the same run:\n"


def test_every_placeholder_of_the_page_names_a_measure() -> None:
    named = [line.strip("{} \n").split() for line in page.PROSE.read_text().splitlines() if line.startswith("{{")]
    assert {words[1] for words in named if len(words) > 1} == set(command.MEASURES | command.LONG)
    assert all(hasattr(page.Figures, f"_{words[0]}") for words in named)


def test_the_time_of_a_request_is_its_queueing_its_calls_and_our_waits() -> None:
    alone, crowded = run(Load(40, spread=0.2)), run(Load(60, spread=3.0))
    assert max(abs(way.own) for way in alone.ways) < 0.001
    assert max(way.own for way in crowded.ways) > 0.1, "three a second wait for their tokens"
    assert all(0 < way.calls < way.whole for way in (*alone.ways, *crowded.ways))


def test_the_page_in_docs_is_what_its_prose_and_its_figures_give() -> None:
    assert page.PAGE.read_text() == page.Figures.load(page.FIGURES).page(), "run `python -m bench document`"


def test_the_page_in_docs_can_be_read_in_one_go() -> None:
    assert len(page.PAGE.read_text().splitlines()) <= 200
