"""Amazon Resource Names that the stack writes by hand, because a reference would close a circle, and those it reads."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: ARN of an instance. Groups without names: JSON Schema's regular expressions have none.
INSTANCE_PATTERN = r"arn:(aws[a-z-]*):connect:([a-z0-9-]+):(\d{12}):instance/([A-Za-z0-9-]{1,100})"


@dataclass(frozen=True)
class Place:
    """An account and Region in a partition."""

    partition: str
    region: str
    account: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource of this account and Region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


@dataclass(frozen=True)
class Instance:
    """A Connect instance, by its ARN (``…:instance/ID``)."""

    arn: str
    place: Place

    @property
    def id(self) -> str:
        """The instance's id: the last part of its ARN."""
        return self.arn.rpartition("/")[2]

    def within(self, kind: str, resource_id: str) -> str:
        """The ARN of a resource of this instance; ``kind`` is ``contact``, ``contact-flow``, ``queue`` or ``agent``."""
        return f"{self.arn}/{kind}/{resource_id}"


def parse_instance(text: str) -> Instance | None:
    """The instance with the ARN ``text``; None when that is no ARN of an instance."""
    match = re.fullmatch(INSTANCE_PATTERN, text)
    return None if match is None else Instance(text, Place(*match.groups()[:3]))
