"""What tells people: the topic, the alarms that ring on it, the dashboard, the saved queries. Composition only.

Every name begins with the deployment's: the key of the topic lets in alarms by that name.
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from contact_transfer_cdk.monitoring.alarms import Alarm, Watched, alarms
from contact_transfer_cdk.monitoring.dashboard import Dashboard
from contact_transfer_cdk.monitoring.queries import save_queries
from contact_transfer_cdk.monitoring.topic import alarm_topic
from contact_transfer_cdk.settings.model import DeploymentSettings


def construct_id(name: str) -> str:
    """The id of an alarm's construct, another one for every name: ``night-1`` and ``night1`` are two routes.

    In capitals where they can be undone; otherwise the name as it is, in which there is a hyphen.
    """
    parts = name.split("-")
    plain = all(part.isascii() and part.isalpha() and part.islower() for part in parts)
    return "".join(part.capitalize() for part in parts) if plain else name


class Observability(Construct):
    """``topic`` takes the alarms, ``alarms`` has them by name.

    ``watched``: what there is to watch. ``log_groups``: those of the functions. ``key`` encrypts the topic.
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
        self.topic = alarm_topic(self, settings, key)
        self.alarms = {alarm.name: (alarm, self._ring(settings, alarm)) for alarm in alarms(settings, watched)}
        self.dashboard = Dashboard(self, settings, watched, self.alarms).dashboard
        save_queries(self, settings, log_groups)

    def _ring(self, settings: DeploymentSettings, alarm: Alarm) -> cloudwatch.Alarm:
        made = cloudwatch.Metric(
            namespace=alarm.namespace,
            metric_name=str(alarm.metric),
            dimensions_map=dict(alarm.dimensions),
            statistic=alarm.statistic,
            period=Duration.minutes(alarm.minutes),
        ).create_alarm(
            self,
            construct_id(alarm.name),
            alarm_name=f"{settings.prefix}-{alarm.name}",
            alarm_description=alarm.description,
            threshold=alarm.threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=alarm.periods,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        made.add_alarm_action(actions.SnsAction(self.topic))
        made.add_ok_action(actions.SnsAction(self.topic))
        return made
