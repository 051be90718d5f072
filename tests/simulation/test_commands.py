"""What the commands say to somebody who mistypes, or who has seen enough."""

from __future__ import annotations

import multiprocessing

import pytest
from typer.testing import CliRunner

from tests.simulation import campaign
from tests.simulation.__main__ import app


@pytest.mark.parametrize("command", [["bugs", "random-tokn"], ["replay", "1", "--bug", "random-tokn"]])
def test_a_seeded_bug_that_nobody_knows_is_a_sentence_and_not_a_traceback(command: list[str]) -> None:
    ran = CliRunner().invoke(app, command, env={"COLUMNS": "4000"})
    assert ran.exit_code == 2
    assert "no seeded bug is called random-tokn. Known: random-token, " in ran.output


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["run", "--seeds", "0"], "--seeds"),
        (["run", "--minutes", "0"], "--minutes"),
        (["bugs", "--workers", "0"], "--workers"),
        (["compare", "--seeds", "0"], "--seeds"),
        (["settle", "--seeds", "-1"], "--seeds"),
        (["distance", "--only", "moon"], "no dimension's name holds moon"),
        (["replay"], "a seed, or --kept and a name"),
        (["replay", "--kept", "stale-loko"], "no scenario is kept as stale-loko. Known: called-at-the-beginning, "),
        (["replay", "99", "--kept", "stale-look"], "stale-look has no scenario 99. Known: 1, 2, "),
        (["report", "--figures", "/nonexistent"], "there is no /nonexistent/runs.json"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(command: list[str], sentence: str) -> None:
    found = CliRunner().invoke(app, command, env={"COLUMNS": "4000"})
    assert found.exit_code == 2
    assert sentence in found.output


def test_what_breaks_nothing_is_not_made_small() -> None:
    ran = CliRunner().invoke(app, ["replay", "3", "--shrink"])
    assert ran.exit_code == 0
    assert ran.output == "nothing to shrink: seed 3 keeps every promise\n"


def test_a_kept_scenario_is_run_again() -> None:
    bug = "goal-not-compared"
    ran = CliRunner().invoke(app, ["replay", "703830", "--kept", bug, "--bug", bug, "--quiet"])
    assert ran.exit_code == 1
    assert ran.output.startswith("g-announced: a success of request 5 ")


@pytest.mark.parametrize("command", ["run", "replay", "bugs", "compare", "settle", "distance", "real", "report"])
def test_the_help_shows_no_marks(command: str) -> None:
    assert "`" not in CliRunner().invoke(app, [command, "--help"]).output


def test_a_campaign_that_is_broken_off_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise it would go on for a million seeds, far beyond the time that a test may take."""
    monkeypatch.setattr(campaign, "BLOCK", 2)
    blocks = campaign.campaign(1, 10**6, workers=1)
    next(blocks)
    blocks.close()
    assert not multiprocessing.active_children()
