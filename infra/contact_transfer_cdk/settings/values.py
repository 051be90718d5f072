"""The value of each kind of setting, from a deployment file: one function a kind, chosen by ``read``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from contact_transfer.config import kinds
from contact_transfer.config.kinds import DEFAULT_QUOTAS, Quota
from contact_transfer.config.setting import Setting
from contact_transfer.config.settings_table import MOST_CALLS
from contact_transfer_cdk.errors import DeploymentError, Problems
from contact_transfer_cdk.settings import reading
from contact_transfer_cdk.settings.alarm_settings import ALARM_NAMES, AlarmSetting
from contact_transfer_cdk.settings.arns import Instance
from contact_transfer_cdk.settings.route_settings import parse_routes

PRINCIPAL = r"\d{12}|arn:aws[a-z-]*:iam::\d{12}:(root|(role|user)/[\w+=,.@/-]+)"
#: Source: AWS Billing user guide, "User-defined tag restrictions".
MOST_TAGS, LONGEST_TAG_KEY, LONGEST_TAG_VALUE = 50, 128, 256
TAG_CHARACTERS = r"[\w .:/=+@-]*"


def read(row: Setting, value: Any, served: tuple[Instance, ...]) -> Any:
    """The typed value of a setting. Raise ``DeploymentError`` when it is none.

    Args:
        row: the setting.
        value: as the file has it; the setting's default when it is left out.
        served: the deployment's instances, of which ARNs may be.
    """
    if value is None and row.default is None:
        return None
    return _READERS[type(row.kind)](row.name, value, row.kind, served)


def _text(key: str, value: Any, pattern: str, what: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise DeploymentError(f"'{key}' must be {what}.")
    return value


def _choice(key: str, value: Any, choices: tuple[Any, ...]) -> Any:
    if isinstance(value, bool) or value not in choices:
        raise DeploymentError(f"'{key}' must be one of {', '.join(str(choice) for choice in choices)}.")
    return value


def _channels(key: str, value: Any, known: tuple[str, ...]) -> frozenset[str]:
    given = frozenset(reading.texts(key, value))
    if not given or given - set(known):
        raise DeploymentError(
            f"'{key}' must list one or more of {', '.join(sorted(known))}: others cannot be transferred."
        )
    return given


def _principals(key: str, value: Any) -> tuple[str, ...]:
    """Accounts, roles and users; nothing that stands for everybody."""
    given = reading.texts(key, value)
    wrong = [text for text in given if not re.fullmatch(PRINCIPAL, text)]
    if wrong:
        says = "is not an account id or the ARN of an IAM role, user or account root"
        raise DeploymentError(*(f"'{key}': '{text}' {says}." for text in wrong))
    return given


def _quotas(key: str, value: Any) -> dict[str, Quota]:
    """AWS's default quotas with those that are given in their place."""
    given, problems = reading.an_object(key, value), Problems()
    found = dict(DEFAULT_QUOTAS)
    for operation, quota in given.items():
        with problems.collecting():
            found[operation] = _quota(key, operation, quota)
    problems.raise_any()
    return found


def _quota(key: str, operation: str, value: Any) -> Quota:
    if operation == "TransferContact":
        raise DeploymentError(
            f"'{key}' has TransferContact, whose quota is set by 'transfersPerSecond' and 'burst': leave it out."
        )
    reading.refuse_unknown({operation: value}, DEFAULT_QUOTAS, "operation", key)
    if not isinstance(value, dict) or set(value) != {"rate", "burst"}:
        raise DeploymentError(f"'{key}': {operation} must be an object with rate and burst and nothing else.")
    rate, burst = (
        reading.number(f"{key}.{operation}.{part}", value[part], MOST_CALLS, above=True) for part in ("rate", "burst")
    )
    return Quota(rate, burst)


def _tags(key: str, value: Any) -> dict[str, str]:
    given = reading.an_object(key, value)
    if len(given) > MOST_TAGS:
        raise DeploymentError(f"'{key}' has {len(given)} tags and a resource takes {MOST_TAGS}.")
    problems = Problems()
    for name, text in given.items():
        with problems.collecting(f"'{key}.{name}' "):
            _check_tag(name, text)
    problems.raise_any()
    return dict(given)


def _check_tag(name: str, value: Any) -> None:
    if name.lower().startswith("aws:"):
        raise DeploymentError("begins with aws:, which is reserved for AWS.")
    if not 1 <= len(name) <= LONGEST_TAG_KEY or not re.fullmatch(TAG_CHARACTERS, name):
        raise DeploymentError(f"must be a key of 1 to {LONGEST_TAG_KEY} letters, digits, spaces and _ . : / = + - @.")
    if not isinstance(value, str) or len(value) > LONGEST_TAG_VALUE or not re.fullmatch(TAG_CHARACTERS, value):
        raise DeploymentError(
            f"must be a text of up to {LONGEST_TAG_VALUE} letters, digits, spaces and _ . : / = + - @."
        )


def _texts(key: str, value: Any, kind: kinds.Texts) -> dict[str, str]:
    given = reading.an_object(key, value)
    reading.refuse_unknown(given, kind.words, "key", key)
    return {name: _text(f"{key}.{name}", text, kind.pattern, kind.what) for name, text in given.items()}


def _alarms(key: str, value: Any) -> dict[str, AlarmSetting]:
    given, problems = reading.an_object(key, value), Problems()
    found = {}
    for name, changes in given.items():
        with problems.collecting():
            reading.refuse_unknown({name: changes}, ALARM_NAMES, "alarm", key)
            found[name] = _alarm(f"{key}.{name}", changes)
    problems.raise_any()
    return found


def _alarm(key: str, value: Any) -> AlarmSetting:
    given = reading.an_object(key, value)
    reading.refuse_unknown(given, ("threshold", "enabled"), "key", key)
    enabled = given.get("enabled", True)
    if not isinstance(enabled, bool):
        raise DeploymentError(f"'{key}.enabled' must be true or false.")
    threshold = given.get("threshold")
    return AlarmSetting(None if threshold is None else reading.number(f"{key}.threshold", threshold, most=1e9), enabled)


#: How a value of each kind is read: from key, value, kind and the deployment's instances.
_READERS: Mapping[type[kinds.Kind], Callable[[str, Any, Any, tuple[Instance, ...]], Any]] = {
    kinds.Number: lambda key, value, kind, _: reading.number(key, value, kind.most, kind.least, above=kind.above),
    kinds.Whole: lambda key, value, kind, _: reading.whole(key, value, kind.least, kind.most),
    kinds.Text: lambda key, value, kind, _: _text(key, value, kind.pattern, kind.what),
    kinds.Choice: lambda key, value, kind, _: _choice(key, value, kind.words),
    kinds.WholeChoice: lambda key, value, kind, _: _choice(key, value, kind.numbers),
    kinds.Choices: lambda key, value, kind, _: _channels(key, value, kind.words),
    kinds.Ids: lambda key, value, kind, served: reading.ids(key, value, kind.resource, served),
    kinds.InstanceArns: lambda key, value, *_: reading.instances(key, value),
    kinds.Principals: lambda key, value, *_: _principals(key, value),
    kinds.Quotas: lambda key, value, *_: _quotas(key, value),
    kinds.Routes: lambda key, value, _, served: parse_routes(reading.objects(key, value), served),
    kinds.Tags: lambda key, value, *_: _tags(key, value),
    kinds.Texts: lambda key, value, kind, _: _texts(key, value, kind),
    kinds.AlarmChanges: lambda key, value, *_: _alarms(key, value),
}
