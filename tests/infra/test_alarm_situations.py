"""docs/alarms.md: each situation is produced, and what rings then, and after how long, is what the page says."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.infra.alarm_situations import SITUATIONS, Situation
from tests.infra.cloudwatch import Alarm, alarms_of

if TYPE_CHECKING:
    from tests.infra.conftest import Assembly

PAGE = Path(__file__).resolve().parents[2] / "docs" / "alarms.md"
ROWS = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]


@pytest.fixture(scope="session")
def alarms(assembly: Assembly) -> list[Alarm]:
    """The template's."""
    return alarms_of(assembly.template["Resources"])


def _time(seconds: float) -> str:
    """As the page gives it: rounded up, the longer the more."""
    minutes = math.ceil(seconds / 60)
    for up_to, step in ((10, 1), (60, 5), (180, 10)):
        if minutes <= up_to:
            rounded = math.ceil(minutes / step) * step
            return "1 minute" if rounded == 1 else f"{rounded} minutes"
    return f"{math.ceil(minutes / 60)} hours"


def _row(situation: Situation, alarms: list[Alarm]) -> str:
    """The situation's line of the page, as it is found to be."""
    metrics = situation.metrics()
    rung = [(after, alarm) for alarm in alarms if (after := alarm.rings_after(metrics, situation.lasts)) is not None]
    shown = [
        f"`{alarm.name}` ({'page' if alarm.page else 'ticket'}) {_time(after)}"
        for after, alarm in sorted(rung, key=lambda one: (math.ceil(one[0] / 60), one[1].name))
    ]
    return f"| {situation.words} | {'; '.join(shown) or 'nothing'} |"


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.words)
def test_a_situation_rings_what_the_page_says_after_as_long_as_it_says(
    situation: Situation, alarms: list[Alarm]
) -> None:
    assert _row(situation, alarms) in ROWS, "docs/alarms.md must have this line"


def test_the_page_has_no_other_situation() -> None:
    written = [row.split(" | ")[0].removeprefix("| ") for row in ROWS]
    assert sorted(written) == sorted(["situation", *(situation.words for situation in SITUATIONS)])


def test_every_alarm_has_a_situation_in_which_it_rings(alarms: list[Alarm]) -> None:
    text = "\n".join(ROWS)
    assert not [alarm.name for alarm in alarms if f"`{alarm.name}`" not in text]
