"""Combinations that cannot work, each refused with one sentence before anything is synthesized."""

from __future__ import annotations

import math
from collections.abc import Iterator

from contact_transfer.config.setting import Function
from contact_transfer.config.settings_table import of_function
from contact_transfer_cdk.service.environment import TELEMETRY
from contact_transfer_cdk.settings import policy_checks, route_checks
from contact_transfer_cdk.settings.model import DeploymentSettings
from contact_transfer_cdk.settings.sizing import HOURS_PER_DAY
from contact_transfer_cdk.words import counted

#: Bytes of all names and values of a function's environment. Source: AWS Lambda quotas.
ENVIRONMENT_BYTES = 4096
#: Seconds a good answer of DescribeContactFlow is kept by a worker.
FLOW_CACHE_SECONDS = 300
#: Looks at a contact's tree, before a call and twice after it was refused: of its pages, at least one each.
_LOOKS = 3
#: The longest name CloudFormation makes for a queue or a table of ours is shorter.
_LONGEST_NAME = "N" * 80
#: Source: IAM quotas.
_LONGEST_ROLE_NAME = "N" * 64


def default_concurrency(transfers_per_second: float) -> int:
    """Workers for a pace: a sequential worker carries about 3 transfers a second, and 2 surely; Lambda takes no fewer than 2."""
    return max(2, math.ceil(transfers_per_second / 2))


def complaints(settings: DeploymentSettings) -> Iterator[str]:
    """Everything that cannot work, a sentence each."""
    yield from _times(settings)
    yield from _pace(settings)
    yield from _quotas(settings)
    yield from _retentions(settings)
    yield from _settling(settings)
    yield from route_checks.complaints(settings)
    yield from policy_checks.complaints(settings)
    yield from _environment(settings)
    yield from _keys(settings)


def _times(settings: DeploymentSettings) -> Iterator[str]:
    sizing = settings.sizing
    least = 6 * sizing.worker_timeout_seconds
    if sizing.visibility_timeout_seconds < least:
        yield (
            f"The transfer queue's visibility time-out of {sizing.visibility_timeout_seconds} s is under 6 times the worker's"
            f" time-out of {sizing.worker_timeout_seconds} s: make it at least {least} s."
        )
    if sizing.lease_seconds <= sizing.worker_timeout_seconds:
        yield (
            f"A lease of {sizing.lease_seconds} s is not longer than the worker's time-out of"
            f" {sizing.worker_timeout_seconds} s, so two workers could hold one contact: make the margin at least 1 s."
        )


def _pace(settings: DeploymentSettings) -> Iterator[str]:
    """A new environment has no call slots and a worker has its share of them: one invocation must fit the batch's transfers, and the
    three looks at a contact's tree that a refused call takes. Else environments that live for one invocation never finish any.
    """
    sizing, looks = settings.sizing, settings.quotas["ListAssociatedContacts"].rate
    needed = settings.maximum_concurrency * (sizing.batch_size / settings.transfers_per_second + _LOOKS / looks)
    room = sizing.worker_timeout_seconds - sizing.reserve_seconds
    if needed > room:
        yield (
            f"A batch of {sizing.batch_size} takes a worker {needed:g} s at its share of 'transfersPerSecond'"
            f" {settings.transfers_per_second:g} and of ListAssociatedContacts {looks:g} over 'maximumConcurrency'"
            f" {settings.maximum_concurrency}, and its time-out of {sizing.worker_timeout_seconds} s leaves {room} s for it: raise the"
            " pace, or lower the concurrency or the batch."
        )


def _quotas(settings: DeploymentSettings) -> Iterator[str]:
    """DescribeContact is called for every transfer. ListAssociatedContacts is called for every contact that was transferred
    before, to count its chain, and for every answer in doubt; all of a deployment's contacts may be such. So both must carry
    the whole pace. Good answers of DescribeContactFlow are kept for five minutes, so each worker asks once for each flow in
    that time; how many flows there are is known when ``allowedContactFlowIds`` names them, and taken as one otherwise.
    """
    pace = settings.transfers_per_second
    for operation in ("DescribeContact", "ListAssociatedContacts"):
        if settings.quotas[operation].rate < pace:
            yield (
                f"The quota of {operation}, {settings.quotas[operation].rate:g} a second{_share(settings)}, cannot carry"
                f" 'transfersPerSecond' {pace:g}: raise that quota at AWS and in 'quotas', or lower the pace."
            )
    flows = max(1, len(settings.allowed_contact_flow_ids))
    needed = flows * settings.maximum_concurrency / FLOW_CACHE_SECONDS
    rate = settings.quotas["DescribeContactFlow"].rate
    if rate < needed:
        yield (
            f"The quota of DescribeContactFlow, {rate:g} a second{_share(settings)}, cannot carry 'transfersPerSecond' {pace:g} with"
            f" {counted(flows, 'flow')}"
            f" and {settings.maximum_concurrency} workers, which ask {needed:.2g} times a second: raise it, or name fewer flows."
        )


def _share(settings: DeploymentSettings) -> str:
    return f" by its 'quotaShare' {settings.quota_share:g}" if settings.quota_share < 1 else ""


def _retentions(settings: DeploymentSettings) -> Iterator[str]:
    sizing = settings.sizing
    source, dead = sizing.transfer_retention_days, sizing.dead_letter_retention_days
    if dead <= source:
        yield (
            f"The dead-letter queue keeps messages for {counted(dead, 'day')} and the transfer queue for {source}: a message keeps its age"
            " when it moves, so the dead-letter queue's retention must be longer."
        )
    retry = settings.retry_for_hours
    if source * HOURS_PER_DAY < 2 * retry:
        yield (
            f"'retryForHours' {retry:g} needs a transfer queue that keeps messages for twice {counted(retry, 'hour')}, and it keeps"
            f" them for {source * HOURS_PER_DAY:g}: lower 'retryForHours' to {source * HOURS_PER_DAY / 2:g} or less."
        )
    receives = math.ceil(retry * 3600 / sizing.mean_backoff_seconds)
    most = sizing.maximum_receive_count // 2
    if receives > most:
        yield (
            f"'retryForHours' {retry:g} takes about {counted(receives, 'receive')}, over half of the transfer queue's maxReceiveCount of"
            f" {sizing.maximum_receive_count}: lower it to {most * sizing.mean_backoff_seconds / 3600:g} or less."
        )
    least = sizing.contact_life_days + source + dead
    if settings.ledger_days < least:
        yield (
            f"'ledgerDays' {settings.ledger_days:g} is under a contact's life of {sizing.contact_life_days} days and the queues'"
            f" retentions of {source} + {dead}, so a late redrive could transfer twice: make it at least {least}."
        )


def _settling(settings: DeploymentSettings) -> Iterator[str]:
    """What is in doubt when the time for retries ends is still looked into until it is settled."""
    sizing, minutes, retry = settings.sizing, settings.settle_minutes, settings.retry_for_hours
    hours, kept = retry + minutes / 60, sizing.transfer_retention_days * HOURS_PER_DAY
    both = f"'retryForHours' {retry:g} and 'settleMinutes' {minutes:g} together"
    if hours > kept:
        yield f"{both} are {counted(hours, 'hour')}, and the transfer queue keeps messages for {kept}: lower 'settleMinutes'."
    receives = math.ceil(hours * 3600 / sizing.mean_backoff_seconds)
    if receives > sizing.maximum_receive_count * 3 // 4:
        yield (
            f"{both} take about {counted(receives, 'receive')}, over three quarters of the transfer queue's maxReceiveCount of"
            f" {sizing.maximum_receive_count}: lower 'settleMinutes'."
        )


def _environment(settings: DeploymentSettings) -> Iterator[str]:
    place = settings.place
    url = f"https://sqs.{place.region}.amazonaws.com.cn/{place.account}/{_LONGEST_NAME}"
    # No URL, name or ARN of the stack's own is longer.
    by_the_stack = {row.attribute: url for row in of_function(Function.WORKER) if not row.in_file} | {
        "event_bus_name": settings.prefix,
        "schedule_group_name": settings.prefix,
        "ledger_table_name": _LONGEST_NAME,
        "schedule_role_arn": f"arn:{place.partition}:iam::{place.account}:role/{_LONGEST_ROLE_NAME}",
    }
    worker = settings.for_worker(**by_the_stack).to_environment()
    size = sum(len(name.encode()) + len(value.encode()) for name, value in (worker | dict(TELEMETRY)).items())
    if size > ENVIRONMENT_BYTES:
        yield (
            f"The instances, allowed lists and routes need {size:,} bytes of the worker's environment and Lambda has"
            f" {ENVIRONMENT_BYTES:,}: shorten the lists, or make several deployments."
        )


def _keys(settings: DeploymentSettings) -> Iterator[str]:
    """A key serves one Region; it may belong to another account."""
    for key, arn in (("queueKeyArn", settings.queue_key_arn), ("dataKeyArn", settings.data_key_arn)):
        if arn is not None and arn.split(":")[3] != settings.place.region:
            yield f"'{key}' is a key of {arn.split(':')[3]} and the stack is in {settings.place.region}: name one of that Region."
