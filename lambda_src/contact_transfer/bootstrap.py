"""The composition root: the only place that reaches for clients, the clock and randomness."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import botocore.session
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import Metrics
from botocore.config import Config

from contact_transfer.config.worker_settings import Quota, Settings
from contact_transfer.connect.client import TRANSFER, ConnectClient
from contact_transfer.connect.connect import Connect
from contact_transfer.connect.connect_clock import ConnectClock
from contact_transfer.connect.lane_shares import LaneShares
from contact_transfer.ledger.store import Store
from contact_transfer.messaging.batch import Batch
from contact_transfer.messaging.event_bus import Bus
from contact_transfer.messaging.holding import Holding
from contact_transfer.messaging.queue import Queue, Visibility
from contact_transfer.messaging.schedules import Schedules
from contact_transfer.observability.metrics import NAMESPACE, SERVICE
from contact_transfer.observability.telemetry import Telemetry
from contact_transfer.request.arn import parse_instance
from contact_transfer.request.lanes import Lane
from contact_transfer.transfer.arrival import Means
from contact_transfer.transfer.clock import Clock, Randomness
from contact_transfer.transfer.eligibility import Eligibility
from contact_transfer.transfer.flow_check import Flows
from contact_transfer.transfer.parking_brake import ParkingBrake
from contact_transfer.transfer.reconciliation import Reconciliation
from contact_transfer.transfer.route_quota import Routes
from contact_transfer.transfer.service import Service

if TYPE_CHECKING:
    from contact_transfer.config.function_settings import ConfirmSettings
    from contact_transfer.confirmation.confirmation import Confirmation
    from contact_transfer.connect_flow.flow_function import FlowDoor
    from contact_transfer.queue_sweep.sweep_function import SweepFunction

CONNECT_SECONDS = 1.0
READ_SECONDS = 5.0
#: One call to Connect: the connection, the answer, no second attempt.
CALL_SECONDS = CONNECT_SECONDS + READ_SECONDS

# The SDK must not repeat a call to Connect: applied, answer lost, repeated, refused reads like a definite refusal; and a
# repeated call is one more than the pace allows.
_CONNECT = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": 1},
    max_pool_connections=1,
)
_OTHERS = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=2.0,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=1,
)
# A flow waits 8 seconds at most: two attempts of 3 seconds and the pause between them fit.
_FOR_A_FLOW = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=2.0,
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=1,
)
_SUPPORT = dict.fromkeys(("dynamodb", "sqs", "events", "scheduler"), _OTHERS)

CLOCK = Clock(now=time.time, monotonic=time.monotonic, sleep=time.sleep)
RANDOMNESS = Randomness(random=random.random, new_id=lambda: os.urandom(16).hex())


class Clients(dict[str, Any]):
    """AWS clients by service, endpoints and credentials from the environment as in every AWS SDK.

    Each is made when it is first asked for: the worker's start does not pay for one that few batches need.
    """

    def __init__(self, region: str, configs: Mapping[str, Config]) -> None:
        super().__init__()
        self._session = botocore.session.get_session()
        self._region = region
        self._configs = configs

    def __missing__(self, name: str) -> Any:
        self[name] = self._session.create_client(name, region_name=self._region, config=self._configs[name])
        return self[name]


def clients(region: str) -> Clients:
    """The worker's clients in a Region."""
    return Clients(region, {"connect": _CONNECT, **_SUPPORT})


def _logger() -> Logger:
    # Lambda takes a line for INFO when its timestamp is not RFC 3339. The location would always be that of the telemetry.
    return Logger(service=SERVICE, use_rfc3339=True, utc=True, location=None)


def batch(
    environment: Mapping[str, str] = os.environ,
    aws: Mapping[str, Any] | None = None,
    clock: Clock = CLOCK,
    randomness: Randomness = RANDOMNESS,
    telemetry: Telemetry | None = None,
) -> Batch:
    """Put the worker together. Tests hand in their own clients, clock, randomness or telemetry. Raise ``SettingsError``."""
    settings = Settings.from_environment(environment)
    aws = aws or clients(parse_instance(settings.instance_arns[0]).region)
    quotas = {TRANSFER: Quota(settings.transfers_per_second, settings.burst), **settings.quotas}
    lanes = {Lane.NORMAL: settings.transfer_queue_url, Lane.URGENT: settings.urgent_queue_url}
    queue = Queue(aws["sqs"], lanes, settings.dead_letter_queue_url)
    look = partial(queue.waiting, Lane.URGENT)
    limiter = LaneShares(quotas, settings.maximum_concurrency, clock, look, call_seconds=CALL_SECONDS)
    telemetry = telemetry or Telemetry(_logger(), Metrics(namespace=NAMESPACE, service=settings.event_bus_name))
    store = _store(settings, aws, clock, randomness)
    service = Service(store, _means(settings, aws["connect"], limiter, clock, randomness))
    bus = Bus(aws["events"], settings.event_bus_name)
    schedules = Schedules(
        lambda: aws["scheduler"],
        settings.schedule_group_name,
        settings.schedule_role_arn,
        settings.dead_letter_queue_url,
    )
    holding = Holding(schedules, store, clock, randomness)
    return Batch(service, holding, queue, bus, limiter, telemetry, settings, clock, randomness)


def _store(settings: Settings | ConfirmSettings, aws: Mapping[str, Any], clock: Clock, randomness: Randomness) -> Store:
    keep_seconds = settings.ledger_days * 86400
    return Store(aws["dynamodb"], settings.ledger_table_name, keep_seconds, randomness.new_id, clock.now)


def _means(settings: Settings, client: Any, limiter: LaneShares, clock: Clock, randomness: Randomness) -> Means:
    connect_clock, settle = ConnectClock(clock), settings.settle_minutes * 60
    region = parse_instance(settings.instance_arns[0]).region
    connect = Connect(ConnectClient(client, clock, connect_clock), limiter, connect_clock)
    return Means(
        connect,
        limiter,
        Eligibility(connect, Flows(connect, clock), settings.allowed_channels, region),
        Reconciliation(connect, settle),
        Routes(connect, settings.routes, settle),
        ParkingBrake(),
        settings,
        clock,
        randomness,
    )


def flow_door(
    environment: Mapping[str, str] = os.environ, aws: Mapping[str, Any] | None = None, clock: Clock = CLOCK
) -> FlowDoor:
    """Put the flow function together. Raise ``SettingsError``."""
    from contact_transfer.config.function_settings import FlowSettings  # noqa: PLC0415 - as above
    from contact_transfer.connect_flow.flow_function import FlowDoor, LaneQueues  # noqa: PLC0415 - the worker's start does not pay for it

    settings = FlowSettings.from_environment(environment)
    aws = aws or Clients(parse_instance(settings.instance_arns[0]).region, {"sqs": _FOR_A_FLOW})
    return FlowDoor(LaneQueues(aws["sqs"], settings), settings, _logger(), clock)


def confirmation(
    environment: Mapping[str, str] = os.environ,
    aws: Mapping[str, Any] | None = None,
    clock: Clock = CLOCK,
    randomness: Randomness = RANDOMNESS,
) -> Confirmation:
    """Put the confirmation function together. Raise ``SettingsError``."""
    from contact_transfer.config.function_settings import ConfirmSettings  # noqa: PLC0415 - as above
    from contact_transfer.confirmation.arrivals import Arrivals  # noqa: PLC0415 - the worker's start does not pay for it
    from contact_transfer.confirmation.confirmation import Confirmation  # noqa: PLC0415 - as above

    settings = ConfirmSettings.from_environment(environment)
    aws = aws or Clients(parse_instance(settings.instance_arns[0]).region, _SUPPORT)
    return Confirmation(
        arrivals=Arrivals(_store(settings, aws, clock, randomness)),
        bus=Bus(aws["events"], settings.event_bus_name),
        visibility=Visibility(aws["sqs"], settings.confirmation_queue_url),
        telemetry=Telemetry(_logger(), Metrics(namespace=NAMESPACE, service=settings.event_bus_name)),
        within_seconds=settings.confirm_within_minutes * 60 or None,
        clock=clock,
        randomness=randomness,
    )


def sweep(
    environment: Mapping[str, str] = os.environ, aws: Mapping[str, Any] | None = None, clock: Clock = CLOCK
) -> SweepFunction:
    """Put the sweep function together. Raise ``SettingsError``."""
    from contact_transfer.config.function_settings import SweepSettings  # noqa: PLC0415 - as above
    from contact_transfer.queue_sweep.sending import RequestQueue  # noqa: PLC0415 - the worker's start does not pay for it
    from contact_transfer.queue_sweep.sweep_function import SweepFunction  # noqa: PLC0415 - as above
    from contact_transfer.queue_sweep.waiting import ContactSearch  # noqa: PLC0415 - as above

    settings = SweepSettings.from_environment(environment)
    aws = aws or Clients(parse_instance(settings.instance_arns[0]).region, {"connect": _CONNECT, "sqs": _OTHERS})
    return SweepFunction(
        ContactSearch(aws["connect"], clock),
        RequestQueue(aws["sqs"], settings.transfer_queue_url),
        RequestQueue(aws["sqs"], settings.urgent_queue_url),
        settings,
        _logger(),
        clock,
    )
