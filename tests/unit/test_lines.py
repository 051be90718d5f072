"""Log lines and metrics: the short way writes what Powertools' own formatter writes, and no value is lost however many there are."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import Metrics

from contact_transfer.observability.lines import LineFormatter
from contact_transfer.observability.telemetry import NAMESPACE, Metric, Telemetry
from contact_transfer.transfer.outcome import Transferred

TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
KEYS: dict[str, Any] = {
    "contactId": "ü-1",
    "attempts": 0,
    "inferred": False,
    "waited": 1.25,
    "place": ["a:1 b"],
    "cause": None,
}


def record(message: str, moment: float, keys: dict[str, Any]) -> logging.LogRecord:
    made = logging.getLogger("x").makeRecord(
        "x", logging.WARNING, "/task/telemetry.py", 97, message, (), None, "outcome", keys
    )
    made.created, made.msecs = moment, round(moment % 1 * 1000)
    return made


@pytest.fixture
def formatters(monkeypatch: pytest.MonkeyPatch) -> tuple[logging.Formatter, logging.Formatter]:
    """Ours and Powertools', with the same keys."""
    monkeypatch.setenv("_X_AMZN_TRACE_ID", TRACE)
    both = LineFormatter(lambda: TRACE), LambdaPowertoolsFormatter()
    for one in both:
        one.append_keys(service="contact-transfer", sampling_rate=None, function_request_id="invocation")
    return both


@pytest.mark.parametrize("moment", [1_772_000_000.0, 1_772_000_000.007, 1_772_000_000.999, 1_772_000_001.5])
def test_a_line_is_the_one_that_powertools_would_write(
    formatters: tuple[logging.Formatter, logging.Formatter], moment: float
) -> None:
    ours, theirs = formatters
    ours.format(record("before it, in the same second", 1_772_000_000.25, {}))
    lines = [one.format(record("transferred", moment, KEYS)) for one in (ours, theirs)]
    assert lines[0] == lines[1]
    assert "cause" not in lines[0]


def test_an_exception_is_written_as_powertools_writes_it(
    formatters: tuple[logging.Formatter, logging.Formatter],
) -> None:
    made = record("unexpected", 1_772_000_000.0, {})
    try:
        int("odd")
    except ValueError:
        made.exc_info = sys.exc_info()
    lines = [json.loads(one.format(made)) for one in formatters]
    assert lines[0] == lines[1]
    assert lines[0]["exception_name"] == "ValueError"


def test_a_key_that_is_told_with_the_line_wins(formatters: tuple[logging.Formatter, logging.Formatter]) -> None:
    lines = [json.loads(one.format(record("x", 1.0, {"service": "other"}))) for one in formatters]
    assert [line["service"] for line in lines] == ["other", "other"]


def test_more_values_than_one_entry_holds_are_all_written(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry = Telemetry(Logger(service="contact-transfer-many"), Metrics(namespace=NAMESPACE, service="bus"))
    for number in range(250):
        telemetry.outcome(Transferred("new", None, 1), seconds=0.1, waited=float(number))
    telemetry.end()
    written = [line for text in capsys.readouterr().out.splitlines() if "_aws" in (line := json.loads(text))]
    assert all(len(line.get(metric, [])) <= 100 for line in written for metric in Metric)
    assert sorted(value for line in written for value in line[Metric.REQUEST_AGE]) == [float(n) for n in range(250)]
    assert sum(sum(line.get(Metric.TRANSFERRED, [])) for line in written) == 250
    assert {(line["service"], *line["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0]) for line in written} == {
        ("bus", "service")
    }
