"""What a deployment decides about its alarms: where they notify, which are made, and their thresholds."""

from __future__ import annotations

from dataclasses import dataclass

#: Alarms that a deployment may adjust, without the deployment's name in front. One name stands for all rules' alarms of its
#: kind. A test compares them with the template.
ALARM_NAMES = frozenset(
    {
        "access-denied",
        "active-tasks",
        "bus-unavailable",
        "configuration-surge",
        "confirmation-dead-letters",
        "confirmation-errors",
        "confirmation-throttled",
        "connect-errors",
        "connect-unreachable",
        "contact-not-shown",
        "dead-letter-queue-unavailable",
        "dead-letters",
        "events-failed",
        "events-lost",
        "failed-configuration",
        "failed-producer",
        "failed-race",
        "failed-unknown",
        "flow-errors",
        "flow-failing",
        "flow-throttled",
        "in-doubt",
        "ledger-conflict",
        "ledger-unavailable",
        "requests-braked",
        "requests-stuck",
        "requests-unread",
        "requests-waiting",
        "scheduler-unavailable",
        "sweep-errors",
        "sweep-throttled",
        "throttled",
        "unconfirmed",
        "unknown-surge",
        "worker-defect",
        "worker-errors",
        "worker-failing",
        "lane-queue-unavailable",
        "urgent-unread",
        "worker-throttled",
        "worker-timeouts",
    }
)


@dataclass(frozen=True)
class AlarmSetting:
    """``threshold``: in place of the default one, in the metric's own unit. ``enabled``: False leaves the alarm out."""

    threshold: float | None = None
    enabled: bool = True


@dataclass(frozen=True)
class AlarmTopics:
    """ARNs of existing topics that take the place of the stack's own: ``page`` wakes somebody, ``ticket`` waits for the day."""

    page: str | None = None
    ticket: str | None = None
