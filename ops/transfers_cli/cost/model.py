"""How much of each service a deployment uses: idle, and for so many transfers a month. Counts, no money.

Sizes and seconds are those that ``make bench`` measured, or of the order that AWS shows (assumed).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from contact_transfer.confirmation.contact_events import ARRIVALS, ENDS
from contact_transfer.observability.metrics import Metric
from contact_transfer_cdk.monitoring.alarms import Watched, alarms
from contact_transfer_cdk.service.rules import all_rules
from contact_transfer_cdk.settings.model import DeploymentSettings
from transfers_cli import say
from transfers_cli.cost.prices import Item

MONTH_SECONDS = 30 * 86400
MB = 1 / 1024
KB = 1e-6  # of a GB
#: Seconds that a transfer's own calls take: two to Connect, two to DynamoDB, one to EventBridge (assumed).
CALL_SECONDS = 0.35
#: Kilobytes of an item in the ledger (0.9 to 1.0 measured on the local cloud, and what a reason adds), of an event, of all log
#: lines of one invocation with its metrics and the platform's own.
ITEM_KB, EVENT_KB, LOG_KB = 1.1, 0.8, 2.0
#: Units of a write to the item.
WRITE = ceil(ITEM_KB)
#: Contact events of one transfer that reach the confirmation function: one of each type that its rule takes.
CONFIRMATIONS = len(ARRIVALS) + len(ENDS)
#: Seconds that one takes there, the mean of all: each is a read of the ledger, and the first also a write and an event (assumed;
#: a call is a third of a millisecond of CPU, which is 2.5 ms at 256 MB). Kilobytes of its log lines: three of them say nothing.
CONFIRMATION_SECONDS, CONFIRMATION_LOG_KB = 0.02, 1.0
#: Rotations of a key that add its price again; later ones are free.
PAID_ROTATIONS = 2
#: Requests to SQS that a message takes: send, receive, delete.
MESSAGE = 3
#: Pollers that wait in an idle queue, and how long each of their polls takes (assumed, as Lambda is seen to do).
POLLERS, POLL_SECONDS = 5, 20
#: A worker of the normal lane looks into the urgent queue so often at most, in seconds.
LOOK_SECONDS = 2.0
#: Seconds that it takes the worker to make a schedule.
HOLD_SECONDS = 0.1
#: Contacts that a sweep finds (assumed), those of a page of SearchContacts, and the seconds between two pages: its quota.
SWEPT, PAGE, PAGE_SECONDS = 200, 100, 2.0
#: X-Ray records the first request of each second and one in twenty of the others.
TRACED_A_SECOND, TRACED_BEYOND = 1.0, 0.05


@dataclass(frozen=True)
class Volume:
    """``transfers`` a month, of which the part ``backlog`` arrives faster than the pace and waits for it inside the worker.

    ``scheduled``: how many of them are held until they are due. ``sweeps``: how often a metric rule of Connect has a queue swept.
    """

    transfers: float
    backlog: float = 0.25
    scheduled: float = 0.0
    sweeps: float = 0.0


def idle(settings: DeploymentSettings) -> Iterator[Item]:
    """What is paid for when nothing happens."""
    mappings = 3  # one for each lane, one for the confirmation
    polls = mappings * POLLERS * MONTH_SECONDS / POLL_SECONDS
    yield from keys(settings)
    yield Item("alarms", "alarm_month", _alarms(settings), "every alarm on a metric", fixed=True)
    yield Item("dashboard", "dashboard_month", 1, "the deployment's", fixed=True)
    yield Item(
        "polls of empty queues",
        "sqs_request",
        polls,
        f"{mappings} mappings, {POLLERS} long polls each, {POLL_SECONDS} s",
        fixed=True,
    )
    yield Item("encryption requests", "kms_request", 24 * 30 * 6, "a data key serves an hour", fixed=True)


def keys(settings: DeploymentSettings) -> Iterator[Item]:
    """The deployment's own keys; keys that its settings name are paid for by their owners.

    A key that is rotated keeps its earlier material, and the first and the second rotation each add the price of a key. Source:
    "AWS Key Management Service pricing".
    """
    own = [settings.queue_key_arn, settings.data_key_arn].count(None)
    if own:
        why = "one for the queues, one for the rest" if own > 1 else "the other one is named in the settings"
        yield Item("encryption keys", "kms_key_month", own, why, fixed=True)
        rotated = f"{PAID_ROTATIONS} yearly rotations of each key: none in its first year, all from its third"
        yield Item("key rotations", "kms_key_month", PAID_ROTATIONS * own, rotated, fixed=True)


def busy(settings: DeploymentSettings, volume: Volume) -> Iterator[Item]:
    """What transfers cost on top."""
    count, confirmed = volume.transfers, CONFIRMATIONS * volume.transfers
    yield from _worker(settings, volume)
    yield Item("queue: requests", "sqs_request", MESSAGE * count, "send, receive, delete")
    yield from _looks(settings, volume)
    yield from _held(settings, volume)
    yield from _sweeps(settings, volume)
    yield from hearing(settings, confirmed)
    yield from outcomes(count)
    yield from _ledger(settings, count)
    yield Item("outcome events", "events_custom", count, "one a transfer")
    yield Item("archive", "events_archive_gb", count * EVENT_KB * KB, "requests, if all come over the bus")
    logged = count * LOG_KB + confirmed * CONFIRMATION_LOG_KB
    logs = f"{LOG_KB:g} KB an invocation, {CONFIRMATION_LOG_KB:g} KB a contact event"
    yield Item("logs and metrics", "logs_gb", logged * KB, logs)
    metrics = "one of each, by the month; reasons of failures count when they occur"
    yield Item("metrics", "metric_month", len(Metric) if count else 0, metrics, fixed=True)
    traces = _traces(count, settings.transfers_per_second, volume.backlog)
    yield Item("traces", "trace", traces, "the first of each second, 5 % of the others")


def _worker(settings: DeploymentSettings, volume: Volume) -> Iterator[Item]:
    count, sizing = volume.transfers, settings.sizing
    share = settings.maximum_concurrency / settings.transfers_per_second
    seconds = CALL_SECONDS + volume.backlog * max(0.0, share - CALL_SECONDS)
    yield Item(
        "worker: invocations",
        "lambda_request",
        count / sizing.batch_size,
        f"{say.count(sizing.batch_size, 'message')} each",
    )
    yield Item(
        "worker: time",
        "lambda_gb_second_arm",
        count * seconds * sizing.worker_memory_mb * MB,
        f"{seconds:.2f} s at {sizing.worker_memory_mb} MB, the wait for the pace included",
    )


def _looks(settings: DeploymentSettings, volume: Volume) -> Iterator[Item]:
    """A lone transfer looks once; one in a backlog shares the look with those that its worker carries out meanwhile."""
    share = settings.maximum_concurrency / settings.transfers_per_second
    looks = volume.transfers * ((1 - volume.backlog) + volume.backlog * min(1.0, share / LOOK_SECONDS))
    why = f"each worker of the normal lane, every {LOOK_SECONDS:g} s at most"
    yield Item("urgent queue: looks", "sqs_request", looks, why)


def _held(settings: DeploymentSettings, volume: Volume) -> Iterator[Item]:
    count, memory = volume.scheduled, settings.sizing.worker_memory_mb
    if not count:
        return
    time = f"{HOLD_SECONDS} s at {memory} MB to make the schedule"
    yield Item("held requests: schedules", "scheduler_invocation", count, "one each; making and keeping it is free")
    yield Item("held requests: queue", "sqs_request", MESSAGE * count, "received, deleted, and sent again")
    yield Item("held requests: invocations", "lambda_request", count, "one more each")
    yield Item("held requests: time", "lambda_gb_second_arm", count * HOLD_SECONDS * memory * MB, time)
    yield Item("held requests: ledger", "dynamodb_read", 2 * count, "whether requestId or batch are cancelled")


def _sweeps(settings: DeploymentSettings, volume: Volume) -> Iterator[Item]:
    """The requests that a sweep asks for count as transfers."""
    memory, pages = settings.sizing.sweep_memory_mb, ceil(SWEPT / PAGE)
    if not volume.sweeps:
        return
    seconds = volume.sweeps * pages * PAGE_SECONDS
    yield Item("sweeps: invocations", "lambda_request", volume.sweeps, "one each; Connect's events are free")
    time = f"{pages} pages of SearchContacts at {PAGE_SECONDS:g} s, {memory} MB"
    yield Item("sweeps: time", "lambda_gb_second_arm", seconds * memory * MB, time)


def _ledger(settings: DeploymentSettings, count: float) -> Iterator[Item]:
    kept = count * settings.ledger_days / 30 * ITEM_KB * KB
    days = f"{settings.ledger_days:g} days of items, once that time has passed"
    yield Item("ledger: writes", "dynamodb_write", 2 * WRITE * count, f"begin, finish; {WRITE} units each")
    yield Item("ledger: storage", "dynamodb_gb_month", kept, days)
    yield Item("ledger: recovery", "dynamodb_pitr_gb_month", kept, "point-in-time recovery of the same")


def hearing(settings: DeploymentSettings, events: float) -> Iterator[Item]:
    """What contact events of contacts that follow another one cost, regardless of who transferred those: one message an invocation."""
    memory = settings.sizing.confirmation_memory_mb
    yield Item("confirmation: invocations", "lambda_request", events, f"{CONFIRMATIONS} contact events a transfer")
    yield Item(
        "confirmation: time",
        "lambda_gb_second_arm",
        events * CONFIRMATION_SECONDS * memory * MB,
        f"{CONFIRMATION_SECONDS} s at {memory} MB",
    )
    yield Item("confirmation: queue", "sqs_request", MESSAGE * events, "send, receive, delete")
    yield Item("confirmation: reads", "dynamodb_read", events, "the ledger knows whose contact it is")


def outcomes(transfers: float) -> Iterator[Item]:
    """What telling of arrivals costs on top: of all events of a transfer one tells. ``transfers``: a month."""
    yield Item("confirmation: writes", "dynamodb_write", WRITE * transfers, f"the result, once; {WRITE} units")
    yield Item("confirmation: events", "events_custom", transfers, "the result, published")


def _traces(count: float, pace: float, backlog: float) -> float:
    """Recorded traces: alone in its second a transfer is recorded, in a backlog one a second and a part of the others."""
    crowded = min(1.0, (TRACED_A_SECOND + TRACED_BEYOND * max(0.0, pace - TRACED_A_SECOND)) / pace)
    return count * ((1 - backlog) + backlog * crowded)


def _alarms(settings: DeploymentSettings) -> int:
    roles = ("worker", "flow", "confirmation", *(["sweep"] if settings.sweeping_routes else []))
    functions = {role: role for role in roles}
    queues = {"confirmation": "untold"}
    return len(list(alarms(settings, Watched("transfers", "urgent", "failed", functions, all_rules(settings), queues))))
