"""Alarms on requests that do not move: retried without success, not read at all, or waiting for their turn."""

from __future__ import annotations

from collections.abc import Iterator

from contact_transfer.observability.metrics import Metric
from contact_transfer_cdk.monitoring.alarm import Alarm, CombinedAlarm, Measure, Severity, Text, Watched
from contact_transfer_cdk.monitoring.measures import own
from contact_transfer_cdk.settings.model import DeploymentSettings
from contact_transfer_cdk.words import counted

SECTION = "Requests wait too long"
WORKER_STOPPED = "worker-stopped"
HOUR_SECONDS = 3600
#: For how long requests wait unread, and the worker does not run, before somebody is woken.
STOPPED_MINUTES = 15
#: A request whose tries are up to 15 minutes apart is seen in one of four periods of five minutes at least.
SEEN_PERIODS = 4

STOPPED = CombinedAlarm(
    WORKER_STOPPED,
    Severity.PAGE,
    Text(
        SECTION,
        f"Transfer requests have waited unread for {STOPPED_MINUTES} minutes and the worker has not run in that time. Nothing is"
        " transferred; nothing is lost.",
        "run `transfers watch --once`. If it says paused, find out who paused it and why, then run `transfers resume`. Otherwise run"
        " `transfers doctor`: the worker's event source mapping, its role or the queue's key was changed.",
    ),
    ("requests-unread", "worker-idle"),
)


def waiting_alarms(settings: DeploymentSettings, watched: Watched) -> Iterator[Alarm]:
    """SQS's own age leaves out messages that were received three times: those are watched by the ages that the worker writes."""
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
    yield from _parts(watched)


def _parts(watched: Watched) -> Iterator[Alarm]:
    """What ``STOPPED`` combines. Neither says anything alone: a backlog is old too, and without requests the worker is idle."""
    yield Alarm(
        "requests-unread",
        None,
        Text(SECTION, "Part of worker-stopped: requests wait that have not been read.", "see worker-stopped."),
        Measure(
            "AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": watched.transfer_queue}, "Maximum", minutes=1
        ),
        threshold=STOPPED_MINUTES * 60,
        setting=WORKER_STOPPED,
    )
    yield Alarm(
        "worker-idle",
        None,
        Text(SECTION, "Part of worker-stopped: the worker has not run.", "see worker-stopped."),
        Measure("AWS/Lambda", "Invocations", {"FunctionName": watched.functions["worker"]}, minutes=5),
        threshold=1,
        periods=STOPPED_MINUTES // 5,
        below=True,
        setting=WORKER_STOPPED,
    )
