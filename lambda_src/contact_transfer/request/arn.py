"""Amazon Resource Names of Connect: what an instance's ARN says, and how an ARN of something inside it becomes an id.

Shapes from the service authorization reference for Amazon Connect: ``…:instance/ID``, ``…/contact/ID``,
``…/contact-flow/ID``, ``…/queue/ID``, ``…/agent/ID``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from contact_transfer.request.field_types import one_spelling

_INSTANCE = re.compile(
    r"arn:(?P<partition>[a-z0-9-]+):connect:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):instance/(?P<id>[^/:\s]+)"
)


@dataclass(frozen=True)
class InstanceArn:
    """An instance's ARN, taken apart. ``text`` is the whole of it, with its UUIDs in lower case."""

    text: str
    partition: str
    region: str
    account: str
    instance_id: str

    def resource_id(self, kind: str, text: str) -> str | None:
        """The id in the ARN of a resource of this instance.

        Args:
            kind: the word before the id: ``contact``, ``contact-flow``, ``queue``, ``agent``; or ``instance`` for itself.
            text: an ARN as ``one_spelling`` gives it.

        Returns:
            The id, or None if ``text`` is the ARN of something else.
        """
        if kind == "instance":
            return self.instance_id if text == self.text else None
        prefix = f"{self.text}/{kind}/"
        return text[len(prefix) :] if text.startswith(prefix) else None


@cache  # a deployment has few instances, and each request asks
def parse_instance(text: str) -> InstanceArn:
    """Take the ARN of a Connect instance apart. Raise ``ValueError`` when ``text`` is not one."""
    text = one_spelling(text)
    match = _INSTANCE.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is not the ARN of an Amazon Connect instance")
    return InstanceArn(text, match["partition"], match["region"], match["account"], match["id"])


def is_arn(text: str) -> bool:
    """Whether ``text`` claims to be an ARN; of what, and whether it is a right one, is not checked."""
    return text.startswith("arn:")
