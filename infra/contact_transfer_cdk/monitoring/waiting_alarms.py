"""Alarms on requests that do not move: retried without success, not read at all, or waiting for their turn."""

from __future__ import annotations

from collections.abc import Iterator

from contact_transfer.observability.metrics import Metric
from contact_transfer_cdk.monitoring.alarm import Alarm, Measure, Severity, Text, Watched
from contact_transfer_cdk.monitoring.measures import own
from contact_transfer_cdk.settings.model import DeploymentSettings
from contact_transfer_cdk.words import counted

SECTION = "Requests wait too long"
HOUR_SECONDS = 3600
URGENT_SECONDS = 600
#: A request whose tries are up to 15 minutes apart is seen in one of four periods of five minutes at least.
SEEN_PERIODS = 4


def waiting_alarms(settings: DeploymentSettings, watched: Watched) -> Iterator[Alarm]:
    """SQS's own age leaves out messages that were received three times: those are watched by the ages that the worker writes."""
    yield from _received(settings)
    yield from _unread(watched)


def _received(settings: DeploymentSettings) -> Iterator[Alarm]:
    yield Alarm(
        "requests-stuck",
        Severity.PAGE,
        Text(
            SECTION,
            "At least one transfer request has been tried for more than an hour without success.",
            "run `transfers watch --once`: it shows the cause. Nothing is lost; a request is retried for"
            f" {counted(settings.retry_for_hours, 'hour')} and then fails.",
        ),
        own(settings, Metric.RETRIED, statistic="Maximum"),
        threshold=HOUR_SECONDS,
        periods=SEEN_PERIODS,
        breaching=1,
    )
    yield Alarm(
        "requests-waiting",
        Severity.TICKET,
        Text(
            SECTION,
            "A transfer request has waited for more than an hour since it was sent.",
            "run `transfers watch --once`. At a rate near the quota there are more requests than the account may transfer: wait, or raise"
            " the quota.",
        ),
        own(settings, Metric.REQUEST_AGE, statistic="Maximum"),
        threshold=HOUR_SECONDS,
        periods=SEEN_PERIODS,
        breaching=1,
    )


def _unread(watched: Watched) -> Iterator[Alarm]:
    yield Alarm(
        "requests-unread",
        Severity.PAGE,
        Text(
            SECTION,
            "A transfer request has waited for more than an hour in the queue without being read. Either the worker does not run, or more"
            " requests arrive than the account may transfer: then the alarm requests-waiting rings too. Nothing is lost.",
            "run `transfers watch --once`. If it says paused, find out who paused it and why, then run `transfers resume`. If nothing is"
            " transferred, run `transfers doctor`: the worker's event source mapping, its role or the queue's key was changed. If"
            " transfers go on, it is a backlog: wait, or raise the quota.",
        ),
        _age(watched.transfer_queue),
        threshold=HOUR_SECONDS,
    )
    yield Alarm(
        "urgent-unread",
        Severity.PAGE,
        Text(
            SECTION,
            "An urgent transfer request has waited for more than ten minutes in the urgent queue. Either the worker does not read that"
            " queue, or more urgent requests arrive than nine tenths of the quota can carry. Nothing is lost.",
            "run `transfers watch --once`. If it says paused, run `transfers resume`. If urgent requests keep arriving, find out who sends"
            " them: not everything can be urgent.",
        ),
        _age(watched.urgent_queue),
        threshold=URGENT_SECONDS,
    )


def _age(queue: str) -> Measure:
    return Measure("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": queue}, "Maximum", minutes=1)
