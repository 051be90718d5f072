"""The topic that alarms ring on: encrypted, TLS only, open to CloudWatch's alarms of this deployment and to nobody else."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from contact_transfer_cdk.settings.model import DeploymentSettings


def alarm_topic(scope: Construct, settings: DeploymentSettings, key: kms.IKey) -> sns.Topic:
    """Make the topic, and the e-mail subscription when the settings name an address.

    A policy of its own takes the place of the default one, so CloudWatch has to be let in.
    """
    topic = sns.Topic(
        scope,
        "Alarms",
        topic_name=f"{settings.prefix}-alarms",
        display_name=f"Contact Transfer {settings.name}",
        master_key=key,
        enforce_ssl=True,
    )
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            sid="Alarms",
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            conditions={"ArnLike": {"aws:SourceArn": settings.place.arn("cloudwatch", f"alarm:{settings.prefix}-*")}},
        )
    )
    if settings.alarm_email:
        sns.Subscription(
            scope,
            "AlarmEmail",
            topic=topic,
            protocol=sns.SubscriptionProtocol.EMAIL,
            endpoint=settings.alarm_email,
        )
    return topic
