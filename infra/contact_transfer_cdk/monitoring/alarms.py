"""Every alarm, as data: what it watches, when it rings, what it says, and the section of docs/runbook.md that it leads to.

An alarm watches one plain metric. Thresholds are meant to wake somebody only when somebody can do something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from contact_transfer.observability.metrics import DIMENSIONS, NAMESPACE, Metric
from contact_transfer.transfer.outcome import Cause, FailureCode
from contact_transfer_cdk.settings.model import DeploymentSettings
from contact_transfer_cdk.words import counted

RUNBOOK = "docs/runbook.md"
#: Waiting, not failing: no alarm of their own; a backlog shows in the age of the oldest request.
PASSING = frozenset({Cause.PACED, Cause.UNDER_WAY})
#: Each throttled call is counted by a metric of its own.
WATCHED_ELSEWHERE = frozenset({Cause.THROTTLED})
OLDEST_SECONDS = 3600
MANY_FAILURES = 20


@dataclass(frozen=True)
class Alarm:
    """Rings when ``statistic`` of the metric over ``minutes`` is above ``threshold``, ``periods`` times in a row."""

    name: str
    section: str
    says: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    threshold: float = 0
    statistic: str = "Sum"
    minutes: int = 5
    periods: int = 1

    @property
    def description(self) -> str:
        """What the e-mail says: the meaning, and where to read on."""
        return f"{self.says} What to do: {RUNBOOK}#{slug(self.section)}"


@dataclass(frozen=True)
class Watched:
    """What alarms watch, by the names CloudWatch knows. ``rules``: (bus, rule) pairs; ``functions``: role to function name."""

    transfer_queue: str
    dead_letter_queue: str
    functions: Mapping[str, str]
    rules: tuple[tuple[str, str], ...] = ()
    queues: Mapping[str, str] = field(default_factory=dict)


def slug(heading: str) -> str:
    """The anchor that GitHub and GitLab give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def alarms(settings: DeploymentSettings, watched: Watched) -> Iterator[Alarm]:
    """All alarms of a deployment."""
    yield from _queues(watched)
    yield from _outcomes(settings)
    yield from _causes(settings)
    yield from _functions(settings, watched)
    yield from _rules(settings, watched)


def _queues(watched: Watched) -> Iterator[Alarm]:
    # Visible messages: the count of messages sent leaves out what a redrive policy moved.
    yield Alarm(
        "dead-letters",
        "Requests have failed",
        "Transfer requests have failed; each waits in the dead-letter queue with its reason.",
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        {"QueueName": watched.dead_letter_queue},
        statistic="Maximum",
        minutes=1,
    )
    yield Alarm(
        "oldest-request",
        "Requests wait too long",
        f"A transfer request has waited for more than {OLDEST_SECONDS // 60} minutes: the backlog grows, or nothing works on it.",
        "AWS/SQS",
        "ApproximateAgeOfOldestMessage",
        {"QueueName": watched.transfer_queue},
        threshold=OLDEST_SECONDS,
        statistic="Maximum",
    )
    for role, queue in watched.queues.items():
        yield Alarm(
            f"{role}-dead-letters",
            "A helper's messages have failed",
            f"Messages for the {role} function could not be worked on and wait in its dead-letter queue; transfers go on.",
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            {"QueueName": queue},
            statistic="Maximum",
        )


def _outcomes(settings: DeploymentSettings) -> Iterator[Alarm]:
    def ours(name: str, section: str, says: str, metric: Metric, reason: str = "", **when: float | str) -> Alarm:
        return Alarm(name, section, says, NAMESPACE, metric, dimensions(settings, metric, reason), **when)  # type: ignore[arg-type]  # of Alarm's own fields

    half = settings.retry_for_hours / 2
    yield ours(
        "failure-surge",
        "Many requests fail at once",
        f"More than {MANY_FAILURES} transfer requests failed within five minutes: something they share is wrong.",
        Metric.FAILED,
        threshold=MANY_FAILURES,
    )
    yield ours(
        "outcome-unknown",
        "It is not known whether a contact was transferred",
        "An answer of Connect was lost and what happened could not be settled; somebody has to look at the contact.",
        Metric.FAILED,
        FailureCode.OUTCOME_UNKNOWN,
    )
    yield ours(
        "retries-exhausted",
        "Retries are exhausted",
        f"A request was given up after {counted(settings.retry_for_hours, 'hour')} of transient errors, or because it kills the worker.",
        Metric.FAILED,
        FailureCode.RETRIES_EXHAUSTED,
    )
    yield ours(
        "retried-long",
        "Requests wait too long",
        f"A request has been retried for over {counted(half, 'hour')}, half of the time it has; then it fails as RetriesExhausted.",
        Metric.REQUEST_AGE,
        threshold=half * 3600,
        statistic="Maximum",
    )
    yield ours(
        "throttled",
        "Connect throttles",
        "Connect throttles the worker although it keeps to its pace: others in the account use the quota, or it was set too high.",
        Metric.THROTTLED,
        threshold=max(10.0, settings.transfers_per_second * 30),
        periods=3,
    )
    yield ours(
        "unconfirmed",
        "Transfers are not confirmed",
        "Connect accepted a transfer, but the new contact reached neither queue nor agent: look at the flow it was given to.",
        Metric.UNCONFIRMED,
    )
    yield ours(
        "ledger-conflict",
        "A contact was transferred twice",
        "Connect answered success for a contact that the ledger has as transferred elsewhere. This must not happen.",
        Metric.LEDGER_CONFLICT,
    )


#: Cause -> name, section, what it says, how many in five minutes are still no alarm, for how many periods.
_DEFERRED: Mapping[Cause, tuple[str, str, str, int, int]] = MappingProxyType(
    {
        Cause.ACCESS_DENIED: (
            "access-denied",
            "Access is denied",
            "A call of the worker is denied; nothing is lost, and everything flows on once its role may make the call.",
            0,
            1,
        ),
        Cause.UNEXPECTED: (
            "worker-defect",
            "The worker has a defect",
            "A message met a defect in the worker; it stays in the queue and is tried again.",
            0,
            1,
        ),
        Cause.IN_DOUBT: (
            "in-doubt",
            "Connect does not answer",
            "Answers of TransferContact get lost; the worker looks into each before it goes on.",
            10,
            3,
        ),
        Cause.SERVER_ERROR: (
            "connect-errors",
            "Connect does not answer",
            "Connect answers with server errors; requests are retried.",
            10,
            3,
        ),
        Cause.UNREACHABLE: (
            "connect-unreachable",
            "Connect does not answer",
            "Connect cannot be reached; requests are retried.",
            10,
            3,
        ),
        Cause.NOT_SHOWN: (
            "contact-not-shown",
            "Connect does not answer",
            "Connect does not show contacts that routes want to move; their requests are retried.",
            10,
            3,
        ),
        Cause.ACTIVE_TASK_QUOTA: (
            "active-tasks",
            "The instance has too many active tasks",
            "The Connect instance is at its quota of active tasks; transfers wait until tasks end.",
            0,
            3,
        ),
        Cause.LEDGER: (
            "ledger-unavailable",
            "The ledger, the bus or the dead-letter queue fails",
            "The ledger's table does not answer; no request goes on without it.",
            10,
            2,
        ),
        Cause.EVENT_BUS: (
            "bus-unavailable",
            "The ledger, the bus or the dead-letter queue fails",
            "Outcome events cannot be published; their messages come back until they can.",
            10,
            2,
        ),
        Cause.DEAD_LETTER_QUEUE: (
            "dead-letter-queue-unavailable",
            "The ledger, the bus or the dead-letter queue fails",
            "Failed requests cannot be parked; their messages come back until they can.",
            10,
            2,
        ),
    }
)


def _causes(settings: DeploymentSettings) -> Iterator[Alarm]:
    for cause in sorted(set(Cause) - PASSING - WATCHED_ELSEWHERE):
        name, section, says, threshold, periods = _DEFERRED[cause]
        minutes = 1 if threshold == 0 and periods == 1 else 5
        given = dimensions(settings, Metric.DEFERRED, cause)
        yield Alarm(name, section, says, NAMESPACE, Metric.DEFERRED, given, threshold, minutes=minutes, periods=periods)


def dimensions(settings: DeploymentSettings, metric: Metric, reason: str = "") -> dict[str, str]:
    """The dimensions of one of our metrics, counted as a whole or by one of its reasons."""
    whole = {"service": settings.prefix}
    return whole | ({DIMENSIONS[metric]: str(reason)} if reason else {})


def _functions(settings: DeploymentSettings, watched: Watched) -> Iterator[Alarm]:
    limit = (settings.sizing.worker_timeout_seconds - 1) * 1000
    for role, name in watched.functions.items():
        given = {"FunctionName": name}
        section = "A function fails"
        yield Alarm(
            f"{role}-errors",
            section,
            f"The {role} function ended with an error or a time-out; what it had in hand comes back.",
            "AWS/Lambda",
            "Errors",
            given,
        )
        yield Alarm(
            f"{role}-throttled",
            section,
            f"Lambda throttles the {role} function: the account's concurrency is used up, or reserved elsewhere.",
            "AWS/Lambda",
            "Throttles",
            given,
        )
        if role == "worker":
            yield Alarm(
                "worker-timeouts",
                section,
                "The worker ran until its time-out, which its reserve should prevent; contacts may be in doubt for a while.",
                "AWS/Lambda",
                "Duration",
                given,
                threshold=limit,
                statistic="Maximum",
            )


def _rules(settings: DeploymentSettings, watched: Watched) -> Iterator[Alarm]:
    for bus, rule in watched.rules:
        given = {"RuleName": rule} | ({} if bus == "default" else {"EventBusName": bus})
        short = rule.removeprefix(f"{settings.prefix}-")
        yield Alarm(
            f"events-failed-{short}",
            "EventBridge cannot deliver",
            f"EventBridge gave up delivering events of the rule {rule} to its queue; they are in its dead-letter queue.",
            "AWS/Events",
            "FailedInvocations",
            given,
        )
        yield Alarm(
            f"events-lost-{short}",
            "EventBridge cannot deliver",
            f"EventBridge could neither deliver events of the rule {rule} nor store them: they are lost but for the archive.",
            "AWS/Events",
            "InvocationsFailedToBeSentToDlq",
            given,
        )
