"""Alarms on EventBridge: what it could not deliver, by rule, with where it is and how it comes back."""

from __future__ import annotations

from collections.abc import Iterator

from contact_transfer_cdk.monitoring.alarm import Alarm, Measure, Severity, Text, Watched
from contact_transfer_cdk.service.confirmation_rules import confirmation_rules
from contact_transfer_cdk.settings.model import DeploymentSettings

SECTION = "EventBridge cannot deliver"


def rule_alarms(settings: DeploymentSettings, watched: Watched) -> Iterator[Alarm]:
    """Two for each rule: events that are in a dead-letter queue, and events that are nowhere."""
    confirming = set(confirmation_rules(settings))
    for bus, rule in watched.rules:
        given = {"RuleName": rule} | ({} if bus == "default" else {"EventBusName": bus})
        short = rule.removeprefix(f"{settings.prefix}-")
        option = " --confirmation" if (bus, rule) in confirming else ""
        severity = Severity.TICKET if option else Severity.PAGE
        archived = bus == settings.prefix and not option
        back = "replay the archive" if archived else "they are in no archive, so they cannot be sent again"
        carried = "confirmation event" if option else "transfer request"
        yield Alarm(
            f"events-failed-{short}",
            severity,
            Text(
                SECTION,
                f"EventBridge could not deliver events of the rule {rule}. Each is a {carried} that waits in the dead-letter queue.",
                "run `transfers doctor`: it names the policy that does not let the rule in. Correct it, then run"
                f" `transfers failed redrive --code NotDelivered{option}`.",
            ),
            Measure("AWS/Events", "FailedInvocations", given),
            ends=False,
            setting="events-failed",
        )
        yield Alarm(
            f"events-lost-{short}",
            severity,
            Text(
                SECTION,
                f"EventBridge could neither deliver events of the rule {rule} nor store them in the dead-letter queue.",
                f"run `transfers doctor` and correct the policies; then {back}.",
            ),
            Measure("AWS/Events", "InvocationsFailedToBeSentToDlq", given),
            ends=False,
            setting="events-lost",
        )
