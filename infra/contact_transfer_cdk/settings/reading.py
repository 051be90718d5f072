"""Typed reading of a settings file. Whatever is wrong with a value is one sentence that names its key."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from contact_transfer.config.worker_settings import DEFAULT_QUOTAS, Quota
from contact_transfer.request import fields
from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.arns import Instance, parse_instance

#: Calls a second, or at once: far above every quota that AWS has raised, so that a slip of the keyboard is noticed.
MOST_CALLS = 10_000
_PRINCIPAL = re.compile(r"\d{12}|arn:aws[a-z-]*:iam::\d{12}:(root|(role|user)/[\w+=,.@/-]+)")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class Reader:
    """Reads the keys of one JSON object and remembers which were asked for."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content
        self._known: set[str] = set()

    def _get(self, key: str, default: Any) -> Any:
        self._known.add(key)
        return self._content.get(key, default)

    def refuse_unknown(self) -> None:
        """Raise when the object has a key that nobody read."""
        unknown = sorted(set(self._content) - self._known)
        if unknown:
            raise DeploymentError(
                f"There is no setting {_quoted(unknown)}: known are {', '.join(sorted(self._known))}."
            )

    def known(self, key: str) -> None:
        """The key is read elsewhere."""
        self._known.add(key)

    def number(self, key: str, default: float, most: float, least: float = 0) -> float:
        """A number from ``least`` (above it, when that is 0) to ``most``; it may have a fraction."""
        return _number(key, self._get(key, default), most, least)

    def whole(self, key: str, default: int, least: int, most: int) -> int:
        """A whole number from ``least`` to ``most``."""
        value = self._get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise DeploymentError(f"'{key}' is to be a whole number from {least} to {most}.")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts without blanks; repeated ones count once."""
        value = self._get(key, [])
        if not isinstance(value, list) or not all(
            isinstance(item, str) and item.strip() == item != "" for item in value
        ):
            raise DeploymentError(f"'{key}' is to be a list of texts, none of them empty.")
        return tuple(dict.fromkeys(value))

    def instances(self, key: str) -> tuple[Instance, ...]:
        """The instances by their ARNs: at least one, and all of one account and Region."""
        texts = self.texts(key)
        if not texts:
            raise DeploymentError(f"'{key}' is to name at least one Amazon Connect instance by its ARN.")
        found = []
        for text in texts:
            instance = parse_instance(text)
            if instance is None:
                raise DeploymentError(f"'{key}': '{text}' is not the ARN of an Amazon Connect instance.")
            found.append(instance)
        if len({instance.place for instance in found}) > 1:
            raise DeploymentError(
                f"'{key}' names instances of several accounts or Regions: make one deployment for each."
            )
        return tuple(found)

    def ids(self, key: str, kind: str, instances: tuple[Instance, ...]) -> frozenset[str]:
        """Ids, of which some may be given as ARNs of a ``kind`` of one of the ``instances``."""
        return frozenset(_reduce(key, text, kind, instances) for text in self.texts(key))

    def one_id(self, key: str, kind: str, instances: tuple[Instance, ...]) -> str | None:
        """One id, which may be given as the ARN of a ``kind`` of one of the ``instances``; None when it is left out."""
        value = self._get(key, None)
        if key not in self._content:
            return None
        if not isinstance(value, str):
            raise DeploymentError(f"'{key}' is to be an id or ARN.")
        return _reduce(key, value, kind, instances)

    def channels(self, key: str, known: frozenset[str]) -> frozenset[str]:
        """Some of the ``known`` channels; at least one."""
        given = frozenset(self.texts(key)) if key in self._content else known
        self._known.add(key)
        if not given or given - known:
            raise DeploymentError(
                f"'{key}' is to list one or more of {', '.join(sorted(known))}: others cannot be transferred."
            )
        return given

    def principals(self, key: str) -> tuple[str, ...]:
        """Accounts, roles and users; nothing that stands for everybody."""
        texts = self.texts(key)
        for text in texts:
            if not _PRINCIPAL.fullmatch(text):
                raise DeploymentError(
                    f"'{key}': '{text}' is not an account id or the ARN of an IAM role, user or account root."
                )
        return texts

    def email(self, key: str) -> str | None:
        """One e-mail address, or none."""
        value = self._get(key, None)
        if value is not None and not (isinstance(value, str) and _EMAIL.fullmatch(value)):
            raise DeploymentError(f"'{key}' is to be one e-mail address.")
        return value

    def quotas(self, key: str) -> dict[str, Quota]:
        """AWS's default quotas with those that are given in their place."""
        value = self._get(key, {})
        if not isinstance(value, dict):
            raise DeploymentError(f"'{key}' is to be an object of operations, each with rate and burst.")
        return {**DEFAULT_QUOTAS, **{operation: _quota(key, operation, quota) for operation, quota in value.items()}}

    def minutes(self, key: str, most: float) -> float:
        """A number from 0 to ``most``, 0 when it is left out."""
        value = self._get(key, 0)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
            raise DeploymentError(f"'{key}' is to be a number of minutes from 0 to {most:g}; 0 stands for never.")
        return float(value)

    def object(self, key: str) -> Mapping[str, Any]:
        """A JSON object; it must be there."""
        value = self._get(key, None)
        if not isinstance(value, dict):
            raise DeploymentError(f"'{key}' is to be an object.")
        return value

    def objects(self, key: str) -> tuple[Mapping[str, Any], ...]:
        """A list of JSON objects."""
        value = self._get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise DeploymentError(f"'{key}' is to be a list of objects.")
        return tuple(value)


def _quoted(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _number(key: str, value: Any, most: float, least: float = 0) -> float:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not max(least, math.ulp(0)) <= value <= most:  # so no NaN either
        lower = f"from {least:g}" if least else "above 0 and up"
        raise DeploymentError(f"'{key}' is to be a number {lower} to {most:g}.")
    return float(value)


def _quota(key: str, operation: str, value: Any) -> Quota:
    if operation == "TransferContact":
        raise DeploymentError(
            f"'{key}' has TransferContact, whose quota is set by 'transfersPerSecond' and 'burst': leave it out."
        )
    if operation not in DEFAULT_QUOTAS:
        raise DeploymentError(f"'{key}' has no operation '{operation}': known are {', '.join(sorted(DEFAULT_QUOTAS))}.")
    if not isinstance(value, dict) or set(value) != {"rate", "burst"}:
        raise DeploymentError(f"'{key}': {operation} is to be an object with rate and burst and nothing else.")
    return Quota(
        _number(f"{key}.{operation}.rate", value["rate"], MOST_CALLS),
        _number(f"{key}.{operation}.burst", value["burst"], MOST_CALLS),
    )


def _reduce(key: str, text: str, kind: str, instances: tuple[Instance, ...]) -> str:
    reduced = text
    if text.startswith("arn:"):
        prefix = next((p for p in (i.within(kind, "") for i in instances) if text.startswith(p)), None)
        if prefix is None:
            raise DeploymentError(f"'{key}': '{text}' is not the ARN of a {kind} of one of the 'instanceArns'.")
        reduced = text[len(prefix) :]
    if not fields.is_id(reduced) or len(reduced) > fields.LONGEST[kind]:
        raise DeploymentError(f"'{key}': '{text}' is not an id or ARN.")
    return reduced
