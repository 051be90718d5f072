"""A deployment's settings: ``deployments/NAME.json``, typed and checked before anything is synthesized.

``load`` reads a file, ``parse`` its content. Both raise ``DeploymentError`` with a sentence for each thing that is wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contact_transfer.config.function_settings import ConfirmSettings, FlowSettings
from contact_transfer.config.settings_table import Function, of_file, of_function
from contact_transfer.config.worker_settings import Quota, Settings
from contact_transfer_cdk.errors import DeploymentError, Problems
from contact_transfer_cdk.settings.alarm_settings import AlarmSetting, AlarmTopics
from contact_transfer_cdk.settings.arns import Instance, Place
from contact_transfer_cdk.settings.checks import complaints, default_concurrency
from contact_transfer_cdk.settings.reading import refuse_unknown
from contact_transfer_cdk.settings.route_settings import Route
from contact_transfer_cdk.settings.sizing import Sizing
from contact_transfer_cdk.settings.values import read

DEPLOYMENTS = Path(__file__).resolve().parents[3] / "deployments"
#: "ContactTransfer-" with 32 more makes the 48 characters that the name of an archive of EventBridge has at most.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,31}")
#: For editors, which then complete and check the file; not a setting.
SCHEMA_KEY = "$schema"


@dataclass(frozen=True)
class DeploymentSettings:
    """Everything that one deployment decides. Lists hold ids, never ARNs; an empty list allows all.

    ``transfers_per_second``, ``burst`` and ``quotas`` are this deployment's part: its ``quota_share`` has been applied.
    """

    name: str
    instances: tuple[Instance, ...]
    transfers_per_second: float
    burst: float
    quotas: Mapping[str, Quota]
    quota_share: float
    maximum_concurrency: int
    allowed_channels: frozenset[str]
    allowed_contact_flow_ids: frozenset[str]
    allowed_queue_ids: frozenset[str]
    allowed_user_ids: frozenset[str]
    retry_for_hours: float
    settle_minutes: float
    when_in_doubt: str
    ledger_days: float
    producer_principals: tuple[str, ...]
    alarm_email: str | None
    alarm_topics: AlarmTopics
    alarms: Mapping[str, AlarmSetting]
    runbook_url: str | None
    log_level: str
    log_retention_days: int
    tags: Mapping[str, str]
    permissions_boundary: str | None
    queue_key_arn: str | None
    data_key_arn: str | None
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
            transfer_queue_url=transfer_queue_url,
            dead_letter_queue_url=dead_letter_queue_url,
            event_bus_name=bus_name,
            ledger_table_name=table_name,
            **self._for(Function.WORKER),
        )

    def for_flows(self, transfer_queue_url: str) -> FlowSettings:
        """What the flow function gets to know."""
        return FlowSettings(transfer_queue_url=transfer_queue_url, **self._for(Function.FLOW))

    def for_confirmation(self, queue_url: str, bus_name: str, table_name: str) -> ConfirmSettings:
        """What the confirmation function gets to know."""
        return ConfirmSettings(
            confirmation_queue_url=queue_url,
            event_bus_name=bus_name,
            ledger_table_name=table_name,
            **self._for(Function.CONFIRM),
        )

    def _for(self, function: Function) -> dict[str, Any]:
        """What the file says for a function, by the function's own names."""
        different = {
            "instance_arns": tuple(instance.arn for instance in self.instances),
            "routes": {route.name: route.most for route in self.routes},
        }
        names = [row.attribute for row in of_function(function) if row.in_file]
        return {name: different[name] if name in different else getattr(self, name) for name in names}


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
        raise DeploymentError(f"{path.name} must hold one JSON object.")
    try:
        return parse(name, content)
    except DeploymentError as error:
        raise type(error)(*(f"{path.name}: {problem}" for problem in error.problems)) from error


def parse(name: str, content: Mapping[str, Any], sizing: Sizing | None = None) -> DeploymentSettings:
    """Settings from a file's content.

    Raises:
        DeploymentError: values that are wrong, and combinations that cannot work; unknown keys come first.
    """
    if not _NAME.fullmatch(name):
        raise DeploymentError(
            f"'{name}' cannot name a deployment: a letter, then up to 31 letters, digits and hyphens."
        )
    problems = Problems()
    with problems.collecting():
        refuse_unknown({key: content[key] for key in content if key != SCHEMA_KEY}, [row.name for row in of_file()])
    values, wrong = _values(content, problems)
    if "instance_arns" in values:
        settings = _settings(name, values, sizing or Sizing())
        # A combination is judged only when every value in it could be read.
        judged = [text for text in complaints(settings) if not any(f"'{key}'" in text for key in wrong)]
        with problems.collecting():
            if judged:
                raise DeploymentError(*judged)
    problems.raise_any()
    return settings


def _values(content: Mapping[str, Any], problems: Problems) -> tuple[dict[str, Any], list[str]]:
    """The typed values by attribute, and the keys whose values are wrong: their defaults stand in for them."""
    values: dict[str, Any] = {}
    wrong = []
    for row in of_file():
        served = values.get("instance_arns", ())
        with problems.collecting():
            wrong.append(row.name)
            values[row.attribute] = read(
                row, content.get(row.name, [] if row.name == "instanceArns" else row.default), served
            )
            wrong.pop()
        if row.name in wrong and row.name != "instanceArns":
            values[row.attribute] = read(row, row.default, served)
    if "maximumConcurrency" not in content:
        values["maximum_concurrency"] = default_concurrency(values["transfers_per_second"] * values["quota_share"])
    return values, wrong


def _settings(name: str, values: Mapping[str, Any], sizing: Sizing) -> DeploymentSettings:
    share = values["quota_share"]
    given = dict(values)
    return DeploymentSettings(
        name=name,
        sizing=sizing,
        instances=given.pop("instance_arns"),
        transfers_per_second=given.pop("transfers_per_second") * share,
        burst=given.pop("burst") * share,
        quotas={operation: Quota(q.rate * share, q.burst * share) for operation, q in given.pop("quotas").items()},
        alarm_topics=AlarmTopics(**given.pop("alarm_topics")),
        **given,
    )


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise DeploymentError(f"'{repeated}' is there twice: keep one.")
    return content
