"""Alarms on requests that have failed: new ones by class, so that one producer's mistake hides no other failure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from contact_transfer.observability.metrics import Metric
from contact_transfer.transfer.failure_codes import FailureClass
from contact_transfer_cdk.monitoring.alarm import Alarm, Measure, Severity, Text, Watched
from contact_transfer_cdk.monitoring.measures import own
from contact_transfer_cdk.settings.model import DeploymentSettings

SECTION = "Requests have failed"
MANY = "Many requests fail at once"
UNCONFIRMED = "Transfers are not confirmed"
SEEN = "run `transfers failed ls --each --after 1h`: it shows each with its reason."
#: So many failures of races in an hour are normal: contacts end while their request waits.
NORMAL_RACES = 20
#: More failures than this in five minutes have a cause in common.
MANY_FAILURES = 20

#: What each class means, and what to do beside looking.
_NEW: Mapping[FailureClass, Text] = MappingProxyType(
    {
        FailureClass.CONFIGURATION: Text(
            SECTION,
            "Transfer requests fail because of something in Amazon Connect or in the deployment's settings, for example a flow that is"
            " not published.",
            f"{SEEN} Correct it, then run `transfers failed redrive`.",
        ),
        FailureClass.PRODUCER: Text(
            SECTION,
            "A producer sends transfer requests that can never be carried out as written. Requests of others are not affected.",
            f"{SEEN} Inform the producer.",
        ),
        FailureClass.RACE: Text(
            SECTION,
            f"More than {NORMAL_RACES} transfer requests failed within an hour because their contact had ended or their time had"
            " passed. Single ones are normal.",
            f"{SEEN} Find out whether requests wait too long, or whether somebody else moves the same contacts.",
        ),
        FailureClass.UNKNOWN: Text(
            SECTION,
            "A transfer request failed and a person must find out what happened: the outcome is unknown, Connect gave no reason, or"
            " retries are exhausted.",
            f"{SEEN} Look at the contact in Amazon Connect.",
        ),
    }
)
#: Classes of which a surge wakes somebody: a person here can end it.
_WAKING = (FailureClass.CONFIGURATION, FailureClass.UNKNOWN)


def failure_alarms(settings: DeploymentSettings, watched: Watched) -> Iterator[Alarm]:
    """New failures by class, surges, what nobody has looked at, and transfers that did not arrive."""
    for failure_class, text in _NEW.items():
        race = failure_class is FailureClass.RACE
        yield Alarm(
            f"failed-{failure_class}",
            Severity.TICKET,
            text,
            own(settings, Metric.FAILED, failure_class, minutes=60 if race else 5),
            threshold=NORMAL_RACES if race else 0,
            ends=False,
        )
    for failure_class in _WAKING:
        yield Alarm(
            f"{failure_class}-surge",
            Severity.PAGE,
            Text(
                MANY,
                f"More than {MANY_FAILURES} transfer requests of class {failure_class} failed within five minutes.",
                "run `transfers failed ls --after 1h`. If good requests fail, run `transfers pause`, correct the cause,"
                " `transfers failed redrive`, `transfers resume`.",
            ),
            own(settings, Metric.FAILED, failure_class),
            threshold=MANY_FAILURES,
            ends=False,
        )
    yield from _unattended(watched)
    yield from _transferred(settings)


def _unattended(watched: Watched) -> Iterator[Alarm]:
    """Visible messages: the count of messages sent leaves out what a redrive policy moved."""
    yield Alarm(
        "dead-letters",
        Severity.TICKET,
        Text(
            SECTION,
            "Failed transfer requests have waited in the dead-letter queue for a day. SQS deletes them 14 days after they were sent there.",
            "run `transfers failed ls`, then redrive or drop each.",
        ),
        _visible(watched.dead_letter_queue),
        periods=24,
    )
    for role, queue in watched.queues.items():
        yield Alarm(
            f"{role}-dead-letters",
            Severity.TICKET,
            Text(
                "A helper's messages have failed",
                f"Events for the {role} function have waited in its dead-letter queue for a day: it could not process them, or"
                " EventBridge could not deliver them. Transfers continue.",
                f"run `transfers failed ls --{role}`. When the cause is gone, run `transfers failed redrive --{role}`. They are in no"
                " archive.",
            ),
            _visible(queue),
            periods=24,
        )


def _visible(queue: str) -> Measure:
    given = {"QueueName": queue}
    # The least of an hour's values: one look at the queue hides its messages for a moment, and ends the hour all the same.
    return Measure("AWS/SQS", "ApproximateNumberOfMessagesVisible", given, "Minimum", minutes=60)


def _transferred(settings: DeploymentSettings) -> Iterator[Alarm]:
    yield Alarm(
        "unconfirmed",
        Severity.TICKET,
        Text(
            UNCONFIRMED,
            "Connect accepted a transfer, but the new contact reached neither a queue nor an agent.",
            "run `transfers status CONTACT-ID` and look at the flow that the contact was given to. The saved query"
            ' "Unconfirmed transfers" lists them.',
        ),
        own(settings, Metric.UNCONFIRMED),
        ends=False,
    )
    yield Alarm(
        "ledger-conflict",
        Severity.PAGE,
        Text(
            "A contact was transferred twice",
            "Connect accepted a transfer of a contact that the ledger has as transferred by another request. This must not happen.",
            "run `transfers pause`, keep the logs, and look at both new contacts in Amazon Connect.",
        ),
        own(settings, Metric.LEDGER_CONFLICT),
        ends=False,
    )
