"""The trace and the findings of a run say the same short names, and of what the findings name nothing is left out."""

from __future__ import annotations

import re

import pytest

from tests.simulation import replaying
from tests.simulation.words import words

_LONG = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _case() -> replaying.Case:
    found = replaying.of_kept("goal-not-compared", 703830, "goal-not-compared")
    assert found is not None
    return found


def test_ids_of_what_was_asked_for_are_short_everywhere() -> None:
    lines, findings = _case().described()
    assert not [line for line in (*lines, *findings) if _LONG.search(line)]
    assert re.search(r"request 5 is announced .* \(contact-3 to successor-\d+\)", findings[0])
    assert any("DescribeContactFlow flow Move to queue: 200" in line for line in lines)
    assert not any(re.search(r": 200 {2}", line) for line in lines)


def test_a_trace_shows_what_the_findings_name_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "_BEGINNING", 10_000)
    every, (finding, *_) = _case().described()
    lines, _ = _case().described(everything=False)
    assert len(lines) < len(every) / 3
    assert {one for one in every if re.search(r"contact-3\b", one) and one.startswith(" ")} <= set(lines)
    # Request 42 has the name, too.
    assert not [line for line in lines if "Connect" in line and re.search(r"contact-(?!3\b|36\b)", line)]
    assert finding.startswith("g-announced")


def test_the_scenario_is_described_in_words() -> None:
    lines = words(_case().scenario)
    assert any(
        re.match(r"request 5 +contact-3 \(task\) flow Move to queue, queue Billing, requestId twice-4", line)
        for line in lines
    )
    assert any(re.match(r"setting +ledger_days 2.0", line) for line in lines)
    assert not any("maximum_concurrency 2" in line for line in lines)  # as it is by default


def test_a_trace_says_how_often_something_happened() -> None:
    lines, _ = replaying.of_seed(20).described()
    assert any("is not done: it comes again" in line for line in lines)
