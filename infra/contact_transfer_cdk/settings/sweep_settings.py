"""Routes with a ``sweep``: which real-time metric rules of Connect empty which queues, checked before synthesis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from contact_transfer_cdk.errors import DeploymentError, Problems
from contact_transfer_cdk.settings import reading
from contact_transfer_cdk.settings.arns import Instance
from contact_transfer_cdk.settings.patterns import check_pattern

#: The detail-type of what Connect's real-time metric rules publish. Source: EventBridge events reference, Amazon Connect events.
METRICS_RULES_MATCHED = "Metrics Rules Matched"
#: Keys of a ``sweep``; the first three are those of a ``transfer``.
SWEEP_KEYS = ("contactFlowId", "queueId", "userId", "olderThanMinutes", "limit")
#: Contacts that one event moves, unless the route says otherwise, and at most.
DEFAULT_LIMIT, MOST_CONTACTS = 1000, 10_000
#: A contact that waits longer than a week is not what a sweep is for; the search goes back eight.
MOST_MINUTES = 7 * 24 * 60


@dataclass(frozen=True)
class Sweep:
    """What a sweeping route does with the contacts that wait in the queues which an event names."""

    older_than_minutes: float
    limit: int


def is_sweeping(entry: Mapping[str, Any]) -> bool:
    """Whether an entry of ``routes`` is about real-time metric rules: by its ``sweep``, or by what it matches."""
    when = entry.get("when")
    types = when.get("detail-type") if isinstance(when, Mapping) else None
    return "sweep" in entry or types == [METRICS_RULES_MATCHED]


def parse_sweep(content: Mapping[str, Any]) -> Sweep:
    """The numbers of a ``sweep``. Raise ``DeploymentError``; flow and destination are read as those of a transfer."""
    problems = Problems()
    older, limit = 0.0, DEFAULT_LIMIT
    with problems.collecting():
        older = reading.number("olderThanMinutes", content.get("olderThanMinutes", 0), MOST_MINUTES)
    with problems.collecting():
        limit = reading.whole("limit", content.get("limit", DEFAULT_LIMIT), 1, MOST_CONTACTS)
    problems.raise_any()
    return Sweep(older, limit)


def check_sweep_pattern(when: Mapping[str, Any]) -> None:
    """Raise ``DeploymentError`` when a sweeping route could match something else than metric rules of Connect."""
    check_pattern(when, "when")
    if when.get("detail-type") != [METRICS_RULES_MATCHED]:
        raise DeploymentError(
            f"when.detail-type must be [\"{METRICS_RULES_MATCHED}\"] for a 'sweep': only these events name queues."
        )
    if when.get("source", ["aws.connect"]) != ["aws.connect"]:
        raise DeploymentError('when.source can only be ["aws.connect"]: Connect\'s rules publish these events.')
    for key in ("replay-name", "$or"):
        if key in when:
            raise DeploymentError(f"when.{key} cannot be set for a 'sweep'.")


def sweep_pattern(when: Mapping[str, Any], instances: Iterable[Instance]) -> dict[str, Any]:
    """What the rule matches: ``when``, of Connect, of queues of the deployment's instances, not replayed."""
    return {
        "resources": [{"prefix": instance.within("queue", "")} for instance in instances],
        **when,
        "source": ["aws.connect"],
        "replay-name": [{"exists": False}],
    }
