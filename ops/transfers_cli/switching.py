"""Disabling and enabling the worker's event source mappings, and how long what waits meanwhile is safe."""

from __future__ import annotations

import time
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from transfers_cli.deployment import Deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.progress import waiting

#: How long Lambda may take to enable or disable a mapping; it says "within a minute".
PATIENCE_SECONDS = 120.0
_COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
_RETENTION = "MessageRetentionPeriod"


@dataclass(frozen=True)
class Queued:
    """``waiting``: messages in the queues of both lanes.

    ``kept``: seconds that a queue keeps a message. ``oldest``: the oldest one's age in seconds, None: not known.
    """

    waiting: int
    kept: int
    oldest: float | None

    def safe_until(self, now: float) -> float:
        """When the oldest message would be too old for the queue."""
        return now + self.kept - (self.oldest or 0.0)


def to_switch(found: Deployment, *, on: bool) -> list[str]:
    """The mappings that are not as they should be. ``on``: whether they should be enabled."""
    wanted = {"Enabled", "Enabling"} if on else {"Disabled", "Disabling"}
    return [mapping["UUID"] for mapping in found.mappings if mapping["State"] not in wanted]


def switch(found: Deployment, uuids: list[str], *, on: bool) -> None:
    """Switch mappings, and wait until Lambda says that they are.

    Args:
        found: the deployment.
        uuids: the mappings, as ``to_switch`` names them.
        on: True enables them, False disables them.

    Raises:
        Stop: Lambda takes too long.
    """
    for uuid in uuids:
        found.aws("lambda").update_event_source_mapping(UUID=uuid, Enabled=on)
    for uuid in uuids:
        _await(found, uuid, "Enabled" if on else "Disabled")


def _await(found: Deployment, uuid: str, state: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    with waiting(f"waiting for Lambda to say {state}"):
        while True:
            now = found.aws("lambda").get_event_source_mapping(UUID=uuid)["State"]
            if now == state:
                return
            if time.monotonic() > deadline:
                raise Stop(f"Lambda still says {now}; it was asked for {state}. Look again in a minute.", Exit.NOT_ALL)
            time.sleep(1)  # Lambda's own pace; nothing to wait on but its answer


def queued(found: Deployment) -> Queued:
    """What waits in both lanes."""
    kept = found.queue("TransferQueueUrl", _RETENTION)[_RETENTION]
    return Queued(sum(found.waiting(*_COUNTS).values()), kept, oldest_seconds(found))


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
