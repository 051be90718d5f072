"""Log lines and metrics: Lambda can read each line's time and level, and no metric is lost whatever is logged."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from aws_lambda_powertools.metrics import Metrics

from contact_transfer import bootstrap
from contact_transfer.observability.metrics import CLASS_DIMENSION, NAMESPACE, Metric
from contact_transfer.observability.telemetry import Telemetry
from contact_transfer.transfer.failure_codes import FailureClass, FailureCode
from contact_transfer.transfer.failures import FAILURES
from contact_transfer.transfer.outcome import Cause, Deferred, Failed, Skipped, SkipReason, Transferred

Written = tuple[list[dict[str, Any]], list[dict[str, Any]]]


@pytest.fixture
def write(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> Callable[..., Written]:
    """Write with a logger made as the functions make theirs; answer its lines, and the metrics."""

    def run(tell: Callable[[Telemetry], object], log_level: str = "INFO") -> Written:
        monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", log_level)
        monkeypatch.setattr(bootstrap, "SERVICE", request.node.name)  # Powertools keeps one logger for each service
        logger, stream = bootstrap._logger(), io.StringIO()
        for handler in logging.getLogger(request.node.name).handlers:
            if isinstance(handler, logging.StreamHandler):
                handler.setStream(stream)
        telemetry = Telemetry(logger, Metrics(namespace=NAMESPACE, service="bus"))
        telemetry.begin("invocation")
        tell(telemetry)
        telemetry.end()
        lines = [json.loads(line) for line in stream.getvalue().splitlines()]
        return lines, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def outcomes(telemetry: Telemetry) -> None:
    telemetry.outcome(Transferred("new", None, 1), seconds=0.1, waited=2.0, contactId="ü-1", requestName=None)
    telemetry.outcome(Failed(FailureCode.FLOW_NOT_FOUND, "why"), seconds=0.1, waited=3.0)
    telemetry.conflict("name", "other")


class Writes(io.StringIO):
    """What is written, write by write."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def write(self, text: str) -> int:
        self.texts += [text] if text else []
        return len(text)


def test_a_line_of_metrics_is_one_write_so_that_no_other_process_writes_into_it(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Lambda's runtime client writes without a buffer, and environments may share a file."""
    writes = Writes()
    monkeypatch.setattr("sys.stdout", writes)
    telemetry = Telemetry(logging.getLogger(request.node.name), Metrics(namespace=NAMESPACE, service="bus"))  # type: ignore[arg-type]  # nothing is logged
    telemetry.unconfirmed()
    telemetry.end()
    assert writes.texts
    assert all(text.endswith("}\n") and json.loads(text) for text in writes.texts)


def test_every_line_has_a_time_as_rfc_3339_and_a_level_that_lambda_reads(write: Callable[..., Written]) -> None:
    """Source: AWS Lambda developer guide, "Configuring JSON and plain text log formats": without both, a line counts as INFO."""
    lines, _ = write(outcomes)
    assert [line["message"] for line in lines] == ["transferred", "failed", "the contact was transferred twice"]
    assert [line["level"] for line in lines] == ["INFO", "WARNING", "ERROR"]
    for line in lines:
        assert "T" in line["timestamp"]
        assert datetime.fromisoformat(line["timestamp"]).utcoffset() == timedelta(0)
        assert line["function_request_id"] == "invocation"
    assert lines[0]["contactId"] == "ü-1"
    assert "requestName" not in lines[0]


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR"])
def test_metrics_are_written_whatever_the_log_level(write: Callable[..., Written], level: str) -> None:
    lines, metrics = write(outcomes, level)
    assert all(logging.getLevelName(line["level"]) >= logging.getLevelName(level) for line in lines)
    for metric in (Metric.TRANSFERRED, Metric.FAILED, Metric.LEDGER_CONFLICT):
        assert any(metric in line for line in metrics), metric
    assert not any("level" in line for line in metrics)  # Lambda takes them for INFO


def test_the_line_of_a_request_that_follows_names_the_contact_that_is_moved(write: Callable[..., Written]) -> None:
    outcomes = (
        Transferred("new", None, 1, moved_contact_id="b"),
        Failed(FailureCode.FLOW_NOT_FOUND, "why", moved_contact_id="b"),
        Skipped(SkipReason.NOT_IN_QUEUE, "why", moved_contact_id="b"),
        Deferred(Cause.THROTTLED, 5.0, moved_contact_id="b"),
        Transferred("new", None, 1),
    )
    lines, _ = write(lambda telemetry: [telemetry.outcome(one, seconds=0.1, waited=1.0) for one in outcomes])
    assert [line.get("movedContactId") for line in lines] == ["b", "b", "b", "b", None]


def test_failures_are_counted_as_a_whole_by_code_and_by_class(write: Callable[..., Written]) -> None:
    def tell(telemetry: Telemetry) -> None:
        for code in FailureCode:
            telemetry.outcome(Failed(code, "why"), seconds=0.1, waited=3.0)

    _, metrics = write(tell)
    counted = {
        tuple(sorted((name, line[name]) for name in line["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0])): sum(
            line[Metric.FAILED]
        )
        for line in metrics
        if Metric.FAILED in line
    }
    assert counted.pop((("service", "bus"),)) == len(FailureCode)
    for failure_class in FailureClass:
        codes = [code for code in FailureCode if FAILURES[code].failure_class is failure_class]
        assert counted.pop(((CLASS_DIMENSION, str(failure_class)), ("service", "bus"))) == len(codes)
    assert counted == {(("FailureCode", str(code)), ("service", "bus")): 1.0 for code in FailureCode}


def test_only_what_does_not_work_counts_as_retried(write: Callable[..., Written]) -> None:
    def tell(telemetry: Telemetry) -> None:
        for number, cause in enumerate((Cause.PACED, Cause.UNDER_WAY, Cause.SERVER_ERROR, Cause.LEDGER)):
            telemetry.outcome(Deferred(cause, 5.0), seconds=0.1, waited=100.0, tried=float(number))

    _, metrics = write(tell)
    assert [line[Metric.RETRIED] for line in metrics if Metric.RETRIED in line] == [[2.0, 3.0]]


def test_more_values_than_one_entry_holds_are_all_written(write: Callable[..., Written]) -> None:
    def tell(telemetry: Telemetry) -> None:
        for number in range(250):
            telemetry.outcome(Transferred("new", None, 1), seconds=0.1, waited=float(number))

    _, written = write(tell)
    assert all(len(line.get(metric, [])) <= 100 for line in written for metric in Metric)
    assert sorted(value for line in written for value in line[Metric.REQUEST_AGE]) == [float(n) for n in range(250)]
    assert sum(sum(line.get(Metric.TRANSFERRED, [])) for line in written) == 250
    assert {(line["service"], *line["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0]) for line in written} == {
        ("bus", "service")
    }
