"""What the commands say to somebody who mistypes."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from tests.simulation.__main__ import app


@pytest.mark.parametrize("command", [["bugs", "random-tokn"], ["replay", "1", "--bug", "random-tokn"]])
def test_a_planted_bug_that_nobody_knows_is_a_sentence_and_not_a_traceback(command: list[str]) -> None:
    told = CliRunner().invoke(app, command, env={"COLUMNS": "4000"})
    assert told.exit_code == 2
    assert "no planted bug is called random-tokn. Known: random-token, " in told.output
