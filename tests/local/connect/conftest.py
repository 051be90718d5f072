"""A model with a clock that stands still until a test moves it, and a server around such a model for real boto3 clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local.connect.control import Control
from local.connect.model import Connect, ContactEvent, Reply
from local.connect.running import running
from local.connect.seed import SeedData, seed
from local.connect.server.simulator import DEFAULT_INSTANCE_ARN, Simulator

START = 1_800_000_000.0


@dataclass
class Clock:
    """Epoch seconds that only ``wait`` moves."""

    now: float = START

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Scene:
    """A model with seed data and no quotas."""

    clock: Clock
    connect: Connect
    ids: SeedData
    events: list[ContactEvent] = field(default_factory=list)

    def task(self, **params: Any) -> str:
        return self.start("StartTaskContact", Name="a task", **params)

    def start(self, operation: str, **params: Any) -> str:
        given = {"InstanceId": self.ids.instance_id, "ContactFlowId": self.ids.flows["Inbound"], **params}
        return str(self.connect.call(operation, **given)["ContactId"])

    def transfer(self, contact_id: str, **params: Any) -> Reply:
        given = {"ContactFlowId": self.ids.flows["Move to queue"], **params}
        return self.ask("TransferContact", ContactId=contact_id, **given)

    def to_support(self, contact_id: str, token: str | None = None) -> Reply:
        extra = {"ClientToken": token} if token else {}
        return self.transfer(contact_id, QueueId=self.ids.queues["Support"], **extra)

    def ask(self, operation: str, **params: Any) -> Reply:
        return self.connect.handle(operation, {"InstanceId": self.ids.instance_id, **params})

    def contact(self, contact_id: str) -> dict[str, Any]:
        return dict(self.ask("DescribeContact", ContactId=contact_id).body["Contact"])

    def tree(self, contact_id: str) -> list[str]:
        found = self.ask("ListAssociatedContacts", ContactId=contact_id).body["ContactSummaryList"]
        return [entry["ContactId"] for entry in found]

    def event_types(self, contact_id: str) -> list[str]:
        return [event.type for event in self.events if event.detail["contactId"] == contact_id]


@pytest.fixture
def scene() -> Scene:
    clock = Clock()
    events: list[ContactEvent] = []
    connect = Connect(clock, Random(1), events.append)  # noqa: S311 - ids of a simulation
    instance = connect.add_instance(DEFAULT_INSTANCE_ARN)
    connect.set_quota("*", None)
    return Scene(clock, connect, seed(connect, instance.id), events)


@dataclass
class Service:
    """A running server, boto3 clients for it, and its control address."""

    url: str
    simulator: Simulator
    control: Control
    client: Callable[..., Any]

    @property
    def ids(self) -> SeedData:
        return next(iter(self.simulator.seed_data.values()))


def _client(url: str, **settings: Any) -> Any:
    config = Config(**{"retries": {"total_max_attempts": 1}, "read_timeout": 10, "connect_timeout": 5, **settings})
    return boto3.client(
        "connect",
        endpoint_url=url,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config,
    )


@pytest.fixture(scope="session")
def _server() -> Iterator[Service]:
    simulator = Simulator(random_seed=1, seed_data=True, prepare=lambda connect: connect.set_quota("*", None))
    with running(simulator) as url, Control(url) as control:
        yield Service(url, simulator, control, lambda **settings: _client(url, **settings))


@pytest.fixture
def service(_server: Service) -> Service:
    _server.control.reset()
    return _server


@pytest.fixture(scope="session")
def boto(_server: Service) -> Any:
    return _server.client()
