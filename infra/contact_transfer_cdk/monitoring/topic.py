"""The topics that alarms notify, one for each severity: encrypted, TLS only, open to this deployment's alarms alone."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from contact_transfer_cdk.monitoring.alarm import Severity
from contact_transfer_cdk.settings.model import DeploymentSettings


def alarm_topics(scope: Construct, settings: DeploymentSettings, key: kms.IKey) -> Mapping[Severity, sns.ITopic]:
    """Make the topic of each severity, or take the one that the settings name instead; its policy is its owner's."""
    named = {Severity.PAGE: settings.alarm_topics.page, Severity.TICKET: settings.alarm_topics.ticket}
    return {
        severity: sns.Topic.from_topic_arn(scope, _construct_id(severity), arn)
        if arn
        else _topic(scope, settings, severity, key)
        for severity, arn in named.items()
    }


def _construct_id(severity: Severity) -> str:
    return f"{severity.capitalize()}s"


def _topic(scope: Construct, settings: DeploymentSettings, severity: Severity, key: kms.IKey) -> sns.Topic:
    """Make a topic, and the e-mail subscription when the settings name an address.

    A policy of its own takes the place of the default one, so CloudWatch has to be let in.
    """
    topic = sns.Topic(
        scope,
        _construct_id(severity),
        topic_name=f"{settings.prefix}-{severity}",
        display_name=f"Contact Transfer {settings.name}: {severity}",
        master_key=key,
        enforce_ssl=True,
    )
    topic.add_to_resource_policy(_publishing(topic, settings))
    if settings.alarm_email:
        sns.Subscription(
            scope,
            f"{severity.capitalize()}Email",
            topic=topic,
            protocol=sns.SubscriptionProtocol.EMAIL,
            endpoint=settings.alarm_email,
        )
    return topic


def _publishing(topic: sns.Topic, settings: DeploymentSettings) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="Alarms",
        principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
        actions=["sns:Publish"],
        resources=[topic.topic_arn],
        conditions={"ArnLike": {"aws:SourceArn": settings.place.arn("cloudwatch", f"alarm:{settings.prefix}-*")}},
    )
