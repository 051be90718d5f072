"""Alarms. Their names begin with the deployment's: the key of the alarms' topic lets in alarms by that name."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.settings import DeploymentSettings


class Observability(Construct):
    """``dead_letters`` rings while anything waits in the dead-letter queue."""

    def __init__(self, scope: Construct, id_: str, *, settings: DeploymentSettings, dead_letters: sqs.IQueue) -> None:
        super().__init__(scope, id_)
        # Visible messages: the count of messages sent leaves out what a redrive policy moved.
        metric = dead_letters.metric_approximate_number_of_messages_visible(
            period=Duration.minutes(1), statistic="Maximum"
        )
        self.dead_letters = metric.create_alarm(
            self,
            "DeadLetters",
            alarm_name=f"{settings.prefix}-dead-letters",
            alarm_description="Transfer requests have failed: each waits in the dead-letter queue with its reason.",
            threshold=0,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
