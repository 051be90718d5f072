"""A deployment's settings: ``deployments/NAME.json``, typed and checked before anything is synthesized.

``load`` reads a file, ``parse`` its content. Both raise ``DeploymentError`` with one sentence for whatever is wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contact_transfer.config.function_settings import ConfirmSettings, FlowSettings
from contact_transfer.config.worker_settings import DEFAULT_CHANNELS, Quota, Settings
from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.arns import Instance, Place
from contact_transfer_cdk.settings.checks import check, default_concurrency
from contact_transfer_cdk.settings.reading import MOST_CALLS, Reader
from contact_transfer_cdk.settings.route_settings import Route, parse_routes
from contact_transfer_cdk.settings.sizing import Sizing

DEPLOYMENTS = Path(__file__).resolve().parents[3] / "deployments"
#: A message can be kept away for 12 hours from its first receive; an hour of it is left for retries. Source: SQS quotas.
MOST_CONFIRM_MINUTES = 660
#: What the largest concurrency of a queue, 1000, carries by far.
MOST_TRANSFERS_PER_SECOND = 1000
#: Above what any retention of a queue allows; the checks say how much less it is.
LEAST_RETRY_HOURS, MOST_RETRY_HOURS = 0.0005, 336
#: From what is of use with a simulated Connect to a day: Connect shows a successor within minutes (assumed).
LEAST_SETTLE_MINUTES, MOST_SETTLE_MINUTES = 0.01, 1440
MOST_LEDGER_DAYS = 3650
#: "ContactTransfer-" with 32 more makes the 48 characters that the name of an archive of EventBridge has at most.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,31}")


@dataclass(frozen=True)
class DeploymentSettings:
    """Everything that one deployment decides. Lists hold ids, never ARNs; an empty list allows all."""

    name: str
    instances: tuple[Instance, ...]
    transfers_per_second: float
    burst: float
    quotas: Mapping[str, Quota]
    maximum_concurrency: int
    allowed_channels: frozenset[str]
    allowed_contact_flow_ids: frozenset[str]
    allowed_queue_ids: frozenset[str]
    allowed_user_ids: frozenset[str]
    retry_for_hours: float
    settle_minutes: float
    ledger_days: float
    producer_principals: tuple[str, ...]
    alarm_email: str | None
    confirm_within_minutes: float
    routes: tuple[Route, ...]
    sizing: Sizing

    @property
    def prefix(self) -> str:
        """What the stack is called, and every name in it begins with."""
        return f"ContactTransfer-{self.name}"

    @property
    def place(self) -> Place:
        """The account and Region of the stack: those of the instances."""
        return self.instances[0].place

    def for_worker(
        self, transfer_queue_url: str, dead_letter_queue_url: str, bus_name: str, table_name: str
    ) -> Settings:
        """What the worker gets to know; its environment is ``to_environment()`` of this."""
        return Settings(
            instance_arns=tuple(instance.arn for instance in self.instances),
            transfer_queue_url=transfer_queue_url,
            dead_letter_queue_url=dead_letter_queue_url,
            event_bus_name=bus_name,
            ledger_table_name=table_name,
            transfers_per_second=self.transfers_per_second,
            burst=self.burst,
            quotas=self.quotas,
            maximum_concurrency=self.maximum_concurrency,
            allowed_channels=self.allowed_channels,
            allowed_contact_flow_ids=self.allowed_contact_flow_ids,
            allowed_queue_ids=self.allowed_queue_ids,
            allowed_user_ids=self.allowed_user_ids,
            retry_for_hours=self.retry_for_hours,
            settle_minutes=self.settle_minutes,
            ledger_days=self.ledger_days,
            routes={route.name: route.most for route in self.routes},
        )

    def for_flows(self, transfer_queue_url: str) -> FlowSettings:
        """What the flow function gets to know."""
        return FlowSettings(
            instance_arns=tuple(instance.arn for instance in self.instances),
            transfer_queue_url=transfer_queue_url,
            allowed_channels=self.allowed_channels,
            allowed_contact_flow_ids=self.allowed_contact_flow_ids,
            allowed_queue_ids=self.allowed_queue_ids,
            allowed_user_ids=self.allowed_user_ids,
            routes={route.name: route.most for route in self.routes},
        )

    def for_confirmation(self, queue_url: str, bus_name: str, table_name: str) -> ConfirmSettings:
        """What the confirmation function gets to know."""
        return ConfirmSettings(
            instance_arns=tuple(instance.arn for instance in self.instances),
            confirmation_queue_url=queue_url,
            event_bus_name=bus_name,
            ledger_table_name=table_name,
            confirm_within_minutes=self.confirm_within_minutes,
        )


def load(name: str, folder: Path = DEPLOYMENTS) -> DeploymentSettings:
    """The settings of the deployment ``name``, from ``NAME.json`` in ``folder``."""
    path = folder / f"{name}.json"
    if not _NAME.fullmatch(name) or not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.json"))) or "none"
        raise DeploymentError(f"There is no deployment '{name}': deployments/ has {known}.")
    try:
        content = json.loads(path.read_text("utf-8"), object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        raise DeploymentError(f"{path.name} is not JSON: {error.msg} in line {error.lineno}.") from error
    except UnicodeDecodeError as error:
        raise DeploymentError(f"{path.name} is not UTF-8 text.") from error
    except DeploymentError as error:
        raise DeploymentError(f"{path.name}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise DeploymentError(f"{path.name} has a number too long, or lists nested too deep, to be read.") from error
    if not isinstance(content, dict):
        raise DeploymentError(f"{path.name} is to hold one JSON object.")
    try:
        return parse(name, content)
    except DeploymentError as error:
        raise DeploymentError(f"{path.name}: {error}") from error


def parse(name: str, content: Mapping[str, Any], sizing: Sizing | None = None) -> DeploymentSettings:
    """Settings from a file's content. Raise ``DeploymentError`` for a bad value or an impossible combination."""
    if not _NAME.fullmatch(name):
        raise DeploymentError(
            f"'{name}' cannot name a deployment: a letter, then up to 31 letters, digits and hyphens."
        )
    read = Reader(content)
    instances = read.instances("instanceArns")
    transfers_per_second = read.number("transfersPerSecond", 2, MOST_TRANSFERS_PER_SECOND)
    settings = DeploymentSettings(
        name=name,
        instances=instances,
        transfers_per_second=transfers_per_second,
        burst=read.number("burst", 5, MOST_CALLS),
        quotas=read.quotas("quotas"),
        maximum_concurrency=read.whole("maximumConcurrency", default_concurrency(transfers_per_second), 2, 1000),
        allowed_channels=read.channels("allowedChannels", DEFAULT_CHANNELS),
        allowed_contact_flow_ids=read.ids("allowedContactFlowIds", "contact-flow", instances),
        allowed_queue_ids=read.ids("allowedQueueIds", "queue", instances),
        allowed_user_ids=read.ids("allowedUserIds", "agent", instances),
        retry_for_hours=read.number("retryForHours", 24, MOST_RETRY_HOURS, LEAST_RETRY_HOURS),
        settle_minutes=read.number("settleMinutes", 15, MOST_SETTLE_MINUTES, LEAST_SETTLE_MINUTES),
        ledger_days=read.number("ledgerDays", 400, MOST_LEDGER_DAYS),
        producer_principals=read.principals("producerPrincipals"),
        alarm_email=read.email("alarmEmail"),
        confirm_within_minutes=read.minutes("confirmWithinMinutes", MOST_CONFIRM_MINUTES),
        routes=parse_routes(read.objects("routes"), instances),
        sizing=sizing or Sizing(),
    )
    read.refuse_unknown()
    check(settings)
    return settings


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise DeploymentError(f"'{repeated}' is there twice: keep one.")
    return content
