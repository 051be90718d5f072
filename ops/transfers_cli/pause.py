"""``transfers pause`` and ``resume``: stop the worker without losing a request, and start it again."""

from __future__ import annotations

import time

from botocore.exceptions import BotoCoreError, ClientError

from transfers_cli import options, say
from transfers_cli.deployment import Deployment, open_deployment
from transfers_cli.errors import Exit, Stop

#: How long Lambda may take to enable or disable a mapping; it says "within a minute".
PATIENCE_SECONDS = 120.0
_COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
_RETENTION = "MessageRetentionPeriod"


def pause(
    *,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    deployment: options.DeploymentName = "",
    json: options.AsJson = False,
) -> None:
    """Stop transfers of both lanes at once; the queues keep every request. The first thing to do in an incident.

    What a worker has in hand is finished. Requests wait in the queue for as long as it keeps messages (said below); only an
    expiresAt of their own can pass. Start again with `transfers resume`.
    """
    _switch(open_deployment(deployment), on=False, dry_run=dry_run, yes=yes, as_json=json)


def resume(
    *,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    deployment: options.DeploymentName = "",
    json: options.AsJson = False,
) -> None:
    """Start transfers again, at the usual pace, with what waited longest."""
    _switch(open_deployment(deployment), on=True, dry_run=dry_run, yes=yes, as_json=json)


def _switch(found: Deployment, *, on: bool, dry_run: bool, yes: bool, as_json: bool) -> None:
    wanted = {"Enabled", "Enabling"} if on else {"Disabled", "Disabling"}
    others = [mapping["UUID"] for mapping in found.mappings if mapping["State"] not in wanted]
    already = not others
    if others and not dry_run:
        say.confirm("Start transfers again?" if on else "Stop all transfers of this deployment?", yes=yes)
        for uuid in others:
            found.aws("lambda").update_event_source_mapping(UUID=uuid, Enabled=on)
        for uuid in others:
            _await(found, uuid, "Enabled" if on else "Disabled")
    _tell(found, on=on, already=already, dry_run=dry_run, as_json=as_json)


def _await(found: Deployment, uuid: str, state: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    with say.err.status(f"waiting for Lambda to say {state}"):
        while True:
            now = found.aws("lambda").get_event_source_mapping(UUID=uuid)["State"]
            if now == state:
                return
            if time.monotonic() > deadline:
                raise Stop(f"Lambda still says {now}; it was asked for {state}. Look again in a minute.", Exit.NOT_ALL)
            time.sleep(1)  # Lambda's own pace; nothing to wait on but its answer


def _tell(found: Deployment, *, on: bool, already: bool, dry_run: bool, as_json: bool) -> None:
    waiting = sum(found.waiting(*_COUNTS).values())
    kept = found.queue("TransferQueueUrl", _RETENTION)[_RETENTION]
    pace = found.settings.transfers_per_second
    oldest = oldest_seconds(found)
    safe = time.time() + kept - (oldest or 0.0)
    changed = not (already or dry_run)
    if as_json:
        told = {"running": on if changed or already else not on, "changed": changed, "waiting": waiting}
        say.as_json({**found.place, **told, "oldestSeconds": oldest, "keptUntil": None if on else say.when(safe)})
        return
    state = "running" if on else "paused"
    would = "would be " if dry_run and not already else ("was already " if already else "")
    say.result(f"{found.stack} {would or 'is '}{state}. {waiting} requests wait in the queues of both lanes.")
    if on:
        say.result(f"At {pace:g} a second they take {say.span(waiting / pace)}.")
        return
    if oldest is None:
        say.result(f"The queue keeps a request for {say.span(kept)} after it was sent.")
        say.note("CloudWatch does not tell the age of the oldest one, so the moment cannot be named.")
    else:
        say.result(f"It is safe until {say.when(safe)}: then the oldest request would be too old for the queue.")
    say.note(
        "Requests whose own expiresAt passes meanwhile will fail as RequestExpired. Start again: transfers resume."
    )


def oldest_seconds(found: Deployment) -> float | None:
    """The age of the oldest message in the lanes' queues, as CloudWatch saw it last; None when it does not say."""
    ages = [_oldest_seconds(found, output) for output in ("TransferQueueUrl", "UrgentQueueUrl")]
    return max((age for age in ages if age is not None), default=None)


def _oldest_seconds(found: Deployment, output: str) -> float | None:
    name = found.output(output).rsplit("/", 1)[-1]
    now = time.time()
    try:
        answer = found.aws("cloudwatch").get_metric_statistics(
            Namespace="AWS/SQS",
            MetricName="ApproximateAgeOfOldestMessage",
            Dimensions=[{"Name": "QueueName", "Value": name}],
            StartTime=now - 900,
            EndTime=now,
            Period=60,
            Statistics=["Maximum"],
        )
    except (ClientError, BotoCoreError):
        return None  # a figure that is nice to have must not stand in the way of a pause
    points = sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])
    return float(points[-1]["Maximum"]) + now - points[-1]["Timestamp"].timestamp() if points else None
