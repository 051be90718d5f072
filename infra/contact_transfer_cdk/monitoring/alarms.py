"""Every alarm of a deployment, as its settings adjust them, and where each text leads.

To add an alarm, yield it in the module it belongs to, name it in its section of docs/runbook.md and in
``settings.alarm_settings``, and give it a situation in docs/alarms.md; the tests name what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from contact_transfer_cdk.monitoring.alarm import Alarm, Severity, Text, Watched, slug
from contact_transfer_cdk.monitoring.failure_alarms import failure_alarms
from contact_transfer_cdk.monitoring.function_alarms import function_alarms
from contact_transfer_cdk.monitoring.rule_alarms import rule_alarms
from contact_transfer_cdk.monitoring.trouble_alarms import trouble_alarms
from contact_transfer_cdk.monitoring.waiting_alarms import waiting_alarms
from contact_transfer_cdk.settings.alarm_settings import AlarmSetting
from contact_transfer_cdk.settings.model import DeploymentSettings

__all__ = ["Alarm", "Severity", "Watched", "alarms", "description", "slug"]


def alarms(settings: DeploymentSettings, watched: Watched) -> Iterator[Alarm]:
    """All alarms on metrics that the deployment has not switched off, with its thresholds."""
    for alarm in _all(settings, watched):
        changes = settings.alarms.get(alarm.setting or alarm.name, AlarmSetting())
        if not changes.enabled:
            continue
        if changes.threshold is None:
            yield alarm
        else:
            yield replace(alarm, threshold=changes.threshold)


def _all(settings: DeploymentSettings, watched: Watched) -> Iterator[Alarm]:
    yield from waiting_alarms(settings, watched)
    yield from failure_alarms(settings, watched)
    yield from trouble_alarms(settings)
    yield from function_alarms(settings, watched)
    yield from rule_alarms(settings, watched)


def description(settings: DeploymentSettings, text: Text) -> str:
    """What a notification says: what happened, what to do, and a link that works.

    The link leads to the section of the runbook that ``runbookUrl`` names, otherwise to the deployment's dashboard.
    """
    return f"{text.happened} What to do: {text.do} {_link(settings, text.section)}"


def _link(settings: DeploymentSettings, section: str) -> str:
    if settings.runbook_url:
        return f"Runbook: {settings.runbook_url}#{slug(section)}"
    return f'Runbook section: "{section}". Dashboard: {dashboard_url(settings)}'


def dashboard_url(settings: DeploymentSettings) -> str:
    """The deployment's dashboard in the console of its partition. Source: AWS Management Console, "Service endpoints"."""
    region = settings.place.region
    console = {"cn": "console.amazonaws.cn", "us-gov": "console.amazonaws-us-gov.com"}
    host = next((host for start, host in console.items() if region.startswith(f"{start}-")), "console.aws.amazon.com")
    return f"https://{region}.{host}/cloudwatch/home?region={region}#dashboards/dashboard/{settings.prefix}"
