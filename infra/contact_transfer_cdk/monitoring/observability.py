"""What informs people: the topics, the alarms that notify them, the dashboard, the saved queries. Composition only.

Every name begins with the deployment's: the key of the topics lets in alarms by that name.
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from contact_transfer_cdk.monitoring.alarms import (
    Alarm,
    Severity,
    Watched,
    alarms,
    description,
)
from contact_transfer_cdk.monitoring.dashboard import Dashboard
from contact_transfer_cdk.monitoring.queries import save_queries
from contact_transfer_cdk.monitoring.topic import alarm_topics
from contact_transfer_cdk.settings.model import DeploymentSettings


def construct_id(name: str) -> str:
    """The id of an alarm's construct, another one for every name: ``night-1`` and ``night1`` are two routes.

    In capitals where they can be undone; otherwise the name as it is, in which there is a hyphen.
    """
    parts = name.split("-")
    plain = all(part.isascii() and part.isalpha() and part.islower() for part in parts)
    return "".join(part.capitalize() for part in parts) if plain else name


class Observability(Construct):
    """``topics`` has the topic of each severity, ``alarms`` all alarms by name.

    ``watched``: what there is to watch. ``log_groups``: those of the functions. ``key`` encrypts the topics.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: DeploymentSettings,
        watched: Watched,
        log_groups: Sequence[logs.ILogGroup],
        key: kms.IKey,
    ) -> None:
        super().__init__(scope, id_)
        self._settings = settings
        self.topics = alarm_topics(self, settings, key)
        self.alarms: dict[str, cloudwatch.IAlarm] = {
            alarm.name: self._alarm(alarm) for alarm in alarms(settings, watched)
        }
        self.dashboard = Dashboard(self, settings, watched, self.alarms).dashboard
        save_queries(self, settings, log_groups)

    def _alarm(self, alarm: Alarm) -> cloudwatch.Alarm:
        measure = alarm.measure
        operators, missing = cloudwatch.ComparisonOperator, cloudwatch.TreatMissingData
        made = cloudwatch.Metric(
            namespace=measure.namespace,
            metric_name=measure.metric,
            dimensions_map=dict(measure.dimensions),
            statistic=measure.statistic,
            period=Duration.minutes(measure.minutes),
        ).create_alarm(
            self,
            construct_id(alarm.name),
            alarm_name=f"{self._settings.prefix}-{alarm.name}",
            alarm_description=description(self._settings, alarm.text),
            threshold=alarm.threshold,
            comparison_operator=operators.GREATER_THAN_THRESHOLD,
            evaluation_periods=alarm.periods,
            datapoints_to_alarm=alarm.breaching or None,
            treat_missing_data=missing.NOT_BREACHING,
        )
        self._notify(made, alarm.severity, ends=alarm.ends)
        return made

    def _notify(self, alarm: cloudwatch.AlarmBase, severity: Severity, *, ends: bool) -> None:
        action = actions.SnsAction(self.topics[severity])
        alarm.add_alarm_action(action)
        if ends:
            alarm.add_ok_action(action)
