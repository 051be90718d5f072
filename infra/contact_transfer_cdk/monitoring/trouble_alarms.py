"""Alarms on requests that are put off because something does not work, by cause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from contact_transfer.observability.metrics import WAITING, Metric
from contact_transfer.transfer.outcome import Cause
from contact_transfer_cdk.monitoring.alarm import Alarm, Severity, Text
from contact_transfer_cdk.monitoring.measures import own
from contact_transfer_cdk.settings.model import DeploymentSettings

#: Each throttled call is counted by a metric of its own.
WATCHED_ELSEWHERE = frozenset({Cause.THROTTLED})
CONNECT = "Connect does not answer"
STORES = "The ledger, the bus or a queue fails"
_HEALTH = "look at the AWS Health Dashboard. Requests are retried and nothing is lost; if it lasts for hours, run `transfers pause`."
_RESOURCE = (
    "look at the AWS Health Dashboard, then run `transfers doctor`: somebody may have deleted or changed the resource."
)


@dataclass(frozen=True)
class _Trouble:
    """``threshold``: how many in five minutes are still no alarm; ``periods``: for how many times five minutes more than that."""

    name: str
    severity: Severity
    text: Text
    threshold: int = 10
    periods: int = 3


def _connect(name: str, happened: str) -> _Trouble:
    return _Trouble(name, Severity.TICKET, Text(CONNECT, happened, _HEALTH))


def _store(name: str, happened: str, severity: Severity = Severity.PAGE) -> _Trouble:
    return _Trouble(f"{name}-unavailable", severity, Text(STORES, happened, _RESOURCE), periods=2)


_TROUBLES: Mapping[Cause, _Trouble] = MappingProxyType(
    {
        Cause.ACCESS_DENIED: _Trouble(
            "access-denied",
            Severity.PAGE,
            Text(
                "Access is denied",
                "AWS denies a call of the worker or the confirmation function. Nothing is lost; work continues once the call is allowed.",
                "run `transfers doctor`: it names the missing permission. `make deploy DEPLOYMENT=NAME` restores the stack's own policies.",
            ),
            threshold=0,
            periods=1,
        ),
        Cause.UNEXPECTED: _Trouble(
            "worker-defect",
            Severity.TICKET,
            Text(
                "The worker has a defect",
                "A message met a defect in the worker or the confirmation function. It stays in its queue and is tried again; others"
                " continue.",
                'open the saved query "Defects and troubles". If it began with a deployment, roll back.',
            ),
            threshold=0,
            periods=1,
        ),
        Cause.IN_DOUBT: _connect(
            "in-doubt", "Answers of TransferContact are lost. The worker finds out what happened to each."
        ),
        Cause.SERVER_ERROR: _connect("connect-errors", "Amazon Connect answers with server errors."),
        Cause.UNREACHABLE: _connect("connect-unreachable", "Amazon Connect cannot be reached."),
        Cause.NOT_SHOWN: _connect(
            "contact-not-shown", "Amazon Connect does not show contacts that routes want to transfer."
        ),
        Cause.ACTIVE_TASK_QUOTA: _Trouble(
            "active-tasks",
            Severity.TICKET,
            Text(
                "The instance has too many active tasks",
                "The Connect instance is at its quota of active tasks. Transfers wait until tasks end.",
                "have agents complete tasks, or raise the quota in Service Quotas.",
            ),
            threshold=0,
            periods=1,
        ),
        Cause.BRAKED: _Trouble(
            "requests-braked",
            Severity.PAGE,
            Text(
                "A flow or destination holds requests up",
                "Ten requests in a row failed because a flow is archived or gone, or a queue or agent is gone. The others for it wait.",
                "run `transfers failed ls --each --after 1h`: it names the flow or destination. Restore it in Amazon Connect: those that"
                " wait go on within a minute or two. Then redrive the ten.",
            ),
            threshold=0,
            periods=1,
        ),
        Cause.LEDGER: _store("ledger", "The ledger's table does not answer. Without it nothing is transferred."),
        Cause.EVENT_BUS: _store("bus", "Outcome events cannot be published. Their requests are retried."),
        Cause.LANE_QUEUE: _store(
            "lane-queue", "Requests cannot be moved to the queue of their lane. They are retried."
        ),
        Cause.DEAD_LETTER_QUEUE: _store(
            "dead-letter-queue", "Failed requests cannot be moved to the dead-letter queue. They are retried."
        ),
        Cause.SCHEDULER: _store(
            "scheduler",
            "Requests with notBefore, or of a route with afterMinutes, cannot be held. They wait in their queue instead.",
            Severity.TICKET,
        ),
    }
)


def trouble_alarms(settings: DeploymentSettings) -> Iterator[Alarm]:
    """One for each cause, and one for throttled calls."""
    for cause in sorted(set(Cause) - WAITING - WATCHED_ELSEWHERE):
        trouble = _TROUBLES[cause]
        at_once = trouble.threshold == 0 and trouble.periods == 1
        yield Alarm(
            trouble.name,
            trouble.severity,
            trouble.text,
            own(settings, Metric.DEFERRED, cause, minutes=1 if at_once else 5),
            threshold=trouble.threshold,
            periods=trouble.periods,
        )
    yield Alarm(
        "throttled",
        Severity.TICKET,
        Text(
            "Connect throttles",
            "Amazon Connect throttles the worker although it keeps to its pace: something else in the account uses the same quota,"
            " or transfersPerSecond is above it.",
            "run `transfers doctor`, and find the other caller in CloudTrail.",
        ),
        own(settings, Metric.THROTTLED),
        threshold=max(10.0, settings.transfers_per_second * 30),
        periods=3,
    )
