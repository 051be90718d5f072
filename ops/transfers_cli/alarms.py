"""The deployment's own alarms in CloudWatch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contact_transfer_cdk.settings.alarm_settings import ALARM_NAMES
from transfers_cli.deployment import Deployment

_OF_RULES = ("events-failed-", "events-lost-")


def own_alarms(found: Deployment, *, ringing: bool = False) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Alarms with their names without the deployment's in front, as CloudWatch describes them.

    The names of a deployment called NAME-eu begin as those of NAME do, so an alarm is recognised by the rest of its name.

    Args:
        found: the deployment.
        ringing: only those in state ALARM.
    """
    prefix = f"{found.prefix}-"
    state = {"StateValue": "ALARM"} if ringing else {}
    pages = found.aws("cloudwatch").get_paginator("describe_alarms")
    for page in pages.paginate(AlarmNamePrefix=prefix, AlarmTypes=["MetricAlarm", "CompositeAlarm"], **state):
        for alarm in (*page.get("MetricAlarms", []), *page.get("CompositeAlarms", [])):
            name = alarm["AlarmName"].removeprefix(prefix)
            if name in ALARM_NAMES or name.startswith(_OF_RULES):
                yield name, alarm
