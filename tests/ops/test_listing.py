"""What is shown fits the terminal, and no id is cut."""

from __future__ import annotations

import io
import time
import uuid
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console, RenderableType

from contact_transfer.connect.responses import ContactView
from contact_transfer.observability.metrics import Metric
from contact_transfer.transfer.outcome import FailureCode
from transfers_cli import say, screen
from transfers_cli.deployment import Deployment
from transfers_cli.failed import showing
from transfers_cli.failed.parked import Parked
from transfers_cli.figures import MINUTES, Figures
from transfers_cli.status import showing as showing_status

OLD, NEW, QUEUE = (str(uuid.uuid4()) for _ in range(3))
NAME = f"contact:{OLD}:{'0123456789abcdef' * 2}"


def shown(what: RenderableType, width: int) -> list[str]:
    console = Console(width=width, file=io.StringIO(), highlight=False, emoji=False)
    with console.capture() as captured:
        console.print(what)
    return captured.get().splitlines()


def parked(code: str, failed_at: float, why: str = "why " * 12) -> Parked:
    reason = {"FailureCode": code, "ContactId": OLD, "FailureMessage": why}
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in reason.items()}
    return Parked(str(uuid.uuid4()), "r", '{"route": "overflow"}', attributes, failed_at)


@pytest.mark.parametrize("width", [80, 100, 120])
def test_every_message_is_listed_with_whole_ids_its_code_and_its_time(width: int) -> None:
    longest = max(FailureCode, key=len)
    for failed_at in (time.time(), 0.0):
        messages = [parked(code, failed_at) for code in (longest, "NoCode")]
        lines = shown(showing.listing(messages, 50), width)
        assert max(map(len, lines)) <= width
        for message in messages:
            [first] = [number for number, line in enumerate(lines) if message.message_id in line]
            assert message.code in lines[first]
            assert say.clock(failed_at) in lines[first]
            assert OLD in "".join(lines[first : first + 2])
        assert "overflow" in "".join(lines)


def test_where_there_is_room_it_is_a_table_without_empty_columns() -> None:
    message = replace(parked("NoCode", 0.0), body="{}")
    lines = shown(showing.listing([message, message], 1), 200)
    assert lines[0] == "the oldest 1 of 2"
    assert lines[1].split() == ["message", "code", "failed", "at", "contact", "why"]
    assert len(lines) == 3


def test_an_id_that_is_longer_than_a_line_goes_on_in_the_next() -> None:
    message = replace(parked("NoCode", 0.0), message_id="x" * 300)
    assert sum(line.count("x") for line in shown(showing.listing([message], 1), 80)) == 300


@pytest.mark.parametrize("width", [80, 100, 160])
def test_the_chain_has_whole_ids_and_times_and_no_empty_column(width: int) -> None:
    now = time.time()
    tree = [
        ContactView(OLD, None, "TASK", "API", now, now, queue_id=QUEUE),
        ContactView(NEW, None, "EMAIL", "TRANSFER", now, None, OLD, OLD, QUEUE),
    ]
    lines = shown(showing_status._tree(tree, {OLD}), width)
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    for word in (f"* {OLD}", f"  {NEW}", QUEUE, f"{say.clock(now)} - active"):
        assert word in text
    assert "agent" not in text


def test_a_fact_longer_than_the_line_is_left_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(width=80, file=io.StringIO(), highlight=False, emoji=False)
    monkeypatch.setattr(say, "out", console)
    with console.capture() as captured:
        say.facts(f"request {NAME}", {"transferred": f"by {NAME}", "outcome": "word " * 30})
    lines = captured.get().split("\n")
    assert lines[0] == f"request {NAME}"
    assert lines[1] == f"transferred  by {NAME}"
    assert all(set(line.split()) <= {"outcome", "word"} for line in lines[2:])
    assert lines[-2:] == ["", ""]


def figures(reasons: int, ringing: int = 2) -> Figures:
    failed = {f"Code{number}": float(number) for number in range(1, reasons + 1)}
    minutes: dict[str, list[float]] = {Metric.FAILED: [0.0] * MINUTES}
    return Figures(
        at=time.time(),
        running=True,
        waiting=123456,
        in_flight=20000,
        failed=12345,
        pace=2.0,
        minutes=minutes,
        by_reason={Metric.FAILED: failed, Metric.DEFERRED: {"Throttled": 3.0}} if reasons else {},
        ringing=[f"alarm-number-{number}" for number in range(ringing)],
    )


@pytest.mark.parametrize("size", [(80, 24), (80, 30), (60, 24), (120, 40), (40, 20), (80, 10)])
@pytest.mark.parametrize("reasons", [0, 1, 3, 30])
@pytest.mark.parametrize("ringing", [2, 12])
def test_the_watch_fits_every_terminal_and_says_when_it_leaves_something_out(
    size: tuple[int, int], reasons: int, ringing: int
) -> None:
    aws: Any = None
    found = Deployment("ContactTransfer-local", "000000000000", "eu-central-1", "CREATE_COMPLETE", {}, aws)
    lines = shown(screen.screen(found, figures(reasons, ringing), *size), size[0])
    assert len(lines) <= size[1]
    text = " ".join(lines)
    assert "…" not in text
    everything = ["alarm-number-1", "123456", " 12345 ", "19h 55min", "throttled  "]
    everything += [f"Code{number} " for number in range(1, reasons + 1)]
    whole = all(word in text for word in everything)
    assert whole or "not all fits" in text or " more" in text


def test_a_terminal_of_80_by_24_has_room_for_the_figures_and_the_commonest_reasons() -> None:
    aws: Any = None
    found = Deployment("ContactTransfer-local", "000000000000", "eu-central-1", "CREATE_COMPLETE", {}, aws)
    text = "\n".join(shown(screen.screen(found, figures(30), 80, 24), 80))
    for word in ("alarm-number-1", "123456", "12345", "19h 55min", "at most 0 a minute", "Code30", "and 26 more"):
        assert word in text
    assert "not all fits" not in text
