"""What an alarm is: what it watches, when it rings and how loudly, and what it says. No CDK in here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How loudly an alarm rings: each has a topic of its own."""

    PAGE = "page"  # wakes somebody: transfers stand still, or may be wrong, until a person acts
    TICKET = "ticket"  # somebody looks at it in working hours


@dataclass(frozen=True)
class Text:
    """What a person reads. ``happened`` and ``do``: whole sentences. ``section``: the heading in docs/runbook.md."""

    section: str
    happened: str
    do: str


@dataclass(frozen=True)
class Measure:
    """A metric of CloudWatch and its statistic over ``minutes``."""

    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str = "Sum"
    minutes: int = 5


@dataclass(frozen=True)
class Alarm:
    """An alarm on one plain metric.

    Attributes:
        name: without the deployment's name in front.
        severity: how loudly it rings.
        measure: what is watched.
        threshold: it rings above it.
        periods: how many periods of the measure are looked at.
        breaching: how many of them must be beyond the threshold; 0: all.
        ends: whether its end is notified too. The end of a burst of failures is not reported: the failed requests are still there.
        setting: the name under which a deployment adjusts it, if not its own.

    """

    name: str
    severity: Severity
    text: Text
    measure: Measure
    threshold: float = 0
    periods: int = 1
    breaching: int = 0
    ends: bool = True
    setting: str = ""


@dataclass(frozen=True)
class Watched:
    """What alarms watch, by the names CloudWatch knows. ``rules``: (bus, rule) pairs; ``functions``: role to function name."""

    transfer_queue: str
    urgent_queue: str
    dead_letter_queue: str
    functions: Mapping[str, str]
    rules: tuple[tuple[str, str], ...] = ()
    queues: Mapping[str, str] = field(default_factory=dict)


def slug(heading: str) -> str:
    """The anchor that GitHub and GitLab give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
