"""What a user would pick instead, on paper: the same requests, without what the peer does not have (pace, ledger, reasons, events)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contact_transfer_cdk.settings.model import DeploymentSettings
from transfers_cli import say
from transfers_cli.cost.model import KB, MB, MESSAGE, MONTH_SECONDS, Volume
from transfers_cli.cost.prices import Item

#: Seconds of one boto3 call, and environments that a backlog keeps busy with retries when nothing limits them (measured: five).
CALL_SECONDS, BUSY = 0.15, 5
#: How often a message of a backlog is received when nobody keeps the pace (measured: two thirds of the calls throttled).
RECEIVES = 2
MEMORY_MB = 256
#: The smallest Fargate task, alone and always on; how long each poll of its queue waits.
TASK_VCPU, TASK_GB, POLL_SECONDS = 0.25, 0.5, 20
HOURS = MONTH_SECONDS / 3600
#: States of the smallest state machine that does what the worker does: begin, look, transfer, finish, tell.
STATES = 5


def peers(settings: DeploymentSettings, volume: Volume) -> Mapping[str, list[Item]]:
    """The bills of the peers for a month."""
    return {
        "boto3 in a loop, a container that is always on": list(_loop(volume)),
        "Powertools batch + boto3": list(_batch(settings, volume)),
        "Powertools batch, parser, idempotency + boto3": [*_batch(settings, volume), *_idempotency(volume)],
        "Pipes, Step Functions Express, one call": list(_express(volume)),
        "Step Functions Standard, one call": list(_standard(volume, 1)),
        "Step Functions Standard, the worker's five steps": list(_standard(volume, STATES)),
    }


def _loop(volume: Volume) -> Iterator[Item]:
    """A container that polls a queue and calls: throttled calls are repeated by the SDK, so each message is received once."""
    polls = MONTH_SECONDS / POLL_SECONDS
    yield Item("container: CPU", "fargate_vcpu_hour", TASK_VCPU * HOURS, f"{TASK_VCPU} vCPU, all month", fixed=True)
    yield Item("container: memory", "fargate_gb_hour", TASK_GB * HOURS, f"{TASK_GB} GB, all month", fixed=True)
    yield Item("container: address", "ipv4_hour", HOURS, "its way to AWS; a NAT gateway is dearer", fixed=True)
    yield Item("polls", "sqs_request", polls, f"a long poll of {POLL_SECONDS} s", fixed=True)
    yield Item("queue", "sqs_request", MESSAGE * volume.transfers, "send, receive, delete")


def _batch(settings: DeploymentSettings, volume: Volume) -> Iterator[Item]:
    count = volume.transfers
    receives = count * (1 + volume.backlog * (RECEIVES - 1))
    seconds = CALL_SECONDS + volume.backlog * max(0.0, BUSY / settings.transfers_per_second - CALL_SECONDS)
    yield Item(
        "invocations",
        "lambda_request",
        receives / 10 if volume.backlog == 1 else receives,
        "batches fill only in a backlog",
    )
    yield Item(
        "time",
        "lambda_gb_second_x86",
        count * seconds * MEMORY_MB * MB,
        f"{seconds:.2f} s at {MEMORY_MB} MB, retries included",
    )
    yield Item("queue", "sqs_request", count + 2 * receives, "send, receive, delete")
    yield Item("logs", "logs_gb", receives * KB, "1 KB an invocation")


def _idempotency(volume: Volume) -> Iterator[Item]:
    yield Item("idempotency records", "dynamodb_write", 2 * volume.transfers, "in progress, completed")


def _express(volume: Volume) -> Iterator[Item]:
    count = volume.transfers
    yield Item("queue", "sqs_request", MESSAGE * count, "send, receive, delete")
    yield Item("pipe", "pipes_request", count, "one a message")
    yield Item("workflow", "express_request", count, "one a message")
    yield Item("workflow time", "express_gb_second", count * 0.2 * 64 * MB, "0.2 s at 64 MB, the least that is billed")
    yield Item("logs", "logs_gb", count * 2 * KB, "2 KB an execution")


def _standard(volume: Volume, steps: int) -> Iterator[Item]:
    count = volume.transfers
    yield Item("queue", "sqs_request", MESSAGE * count, "send, receive, delete")
    yield Item("pipe", "pipes_request", count, "one a message")
    yield Item(
        "transitions",
        "standard_transition",
        (steps + 1) * count,
        f"{say.count(steps, 'step')} and the start, no retry counted",
    )
