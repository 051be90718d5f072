"""Alarms on EventBridge: what it could not deliver, by rule, with where it is and how it comes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contact_transfer_cdk.monitoring.alarm import Alarm, Measure, Severity, Text, Watched
from contact_transfer_cdk.service.confirmation_rules import confirmation_rules
from contact_transfer_cdk.settings.model import DeploymentSettings

SECTION = "EventBridge cannot deliver"


def rule_alarms(settings: DeploymentSettings, watched: Watched) -> Iterator[Alarm]:
    """Two for each rule: events that are in a dead-letter queue, and events that are nowhere."""
    confirming = set(confirmation_rules(settings))
    for bus, rule in watched.rules:
        is_confirming = (bus, rule) in confirming
        archived = bus == settings.prefix and not is_confirming
        back = "replay the archive" if archived else "they are in no archive, so they cannot be sent again"
        for setting, metric, text in (
            ("events-failed", "FailedInvocations", _failed(rule, is_confirming=is_confirming)),
            ("events-lost", "InvocationsFailedToBeSentToDlq", _lost(rule, back)),
        ):
            yield Alarm(
                f"{setting}-{rule.removeprefix(f'{settings.prefix}-')}",
                Severity.TICKET if is_confirming else Severity.PAGE,
                text,
                Measure("AWS/Events", metric, _dimensions(bus, rule)),
                ends=False,
                setting=setting,
            )


def _dimensions(bus: str, rule: str) -> Mapping[str, str]:
    return {"RuleName": rule} | ({} if bus == "default" else {"EventBusName": bus})


def _failed(rule: str, *, is_confirming: bool) -> Text:
    carried, option = ("confirmation event", " --confirmation") if is_confirming else ("transfer request", "")
    return Text(
        SECTION,
        f"EventBridge could not deliver events of the rule {rule}. Each is a {carried} that waits in the dead-letter queue.",
        "run `transfers doctor`: it names the policy that does not let the rule in. Correct it, then run"
        f" `transfers failed redrive --code NotDelivered{option}`.",
    )


def _lost(rule: str, back: str) -> Text:
    return Text(
        SECTION,
        f"EventBridge could neither deliver events of the rule {rule} nor store them in the dead-letter queue.",
        f"run `transfers doctor` and correct the policies; then {back}.",
    )
