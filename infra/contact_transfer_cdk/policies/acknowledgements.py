"""Findings of the AWS Solutions rules that stand, each with its reason, on the one resource it is about."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Acknowledgment, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import IConstruct

from contact_transfer_cdk.service.schedules import schedules_arn
from contact_transfer_cdk.settings.model import DeploymentSettings


def acknowledge(settings: DeploymentSettings, worker: iam.Role, functions: Mapping[iam.Role, lambda_.Function]) -> None:
    """Acknowledge what the service cannot do otherwise.

    Args:
        settings: of the deployment.
        worker: the worker's role.
        functions: every function by its role.
    """
    # On the role: what does not fit into its first policy goes to further ones, which the CDK makes in the end.
    _acknowledge_connect(settings, worker)
    _accept_wildcard(
        worker,
        schedules_arn(settings),
        "Schedules come and go and cannot be named beforehand; only those of the deployment's own group are meant.",
    )
    for role, function in functions.items():
        _acknowledge_function(role, function)


def _acknowledge_connect(settings: DeploymentSettings, role: IConstruct) -> None:
    for instance in settings.instances:
        _accept_wildcard(
            role,
            instance.within("contact", "*"),
            "Contacts come and go and cannot be named beforehand; only those of the deployment's instances are meant.",
        )
        if not settings.allowed_contact_flow_ids:
            _accept_wildcard(
                role,
                instance.within("contact-flow", "*"),
                "The deployment allows all flows of its instances; allowedContactFlowIds narrows this to the named ones.",
            )


def _acknowledge_function(role: iam.Role, function: lambda_.Function) -> None:
    _accept_wildcard(
        role,
        "*",
        "xray:PutTraceSegments and xray:PutTelemetryRecords have no resources to name.",
    )
    _accept(
        function,
        "AwsSolutions-L1",
        "Python 3.13 is the newest version that the asset is compiled for and tested under; docs/decisions says more.",
    )


def _accept_wildcard(scope: IConstruct, resource: str, reason: str) -> None:
    _accept(scope, f"AwsSolutions-IAM5[Resource::{resource}]", reason)


def _accept(scope: IConstruct, finding: str, reason: str) -> None:
    Validations.of(scope).acknowledge(Acknowledgment(id=f"AwsSolutions::{finding}", reason=reason))
