"""Findings of the AWS Solutions rules that stand, each with its reason, on the one resource it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct

if TYPE_CHECKING:
    from contact_transfer_cdk.construct import ContactTransfer


def acknowledge(service: ContactTransfer) -> None:
    """Acknowledge what the service cannot do otherwise."""
    policy = service.worker.role.node.find_child("DefaultPolicy")
    for instance in service.settings.instances:
        _accept_wildcard(
            policy,
            instance.within("contact", "*"),
            "Contacts come and go and cannot be named beforehand; only those of the deployment's instances are meant.",
        )
        if not service.settings.allowed_contact_flow_ids:
            _accept_wildcard(
                policy,
                instance.within("contact-flow", "*"),
                "The deployment allows all flows of its instances; allowedContactFlowIds narrows this to the named ones.",
            )
    for construct, function in (
        (service.worker, service.worker_function),
        (service.flow, service.flow.function),
        (service.confirmation, service.confirmation_function),
    ):
        _accept_wildcard(
            construct.role.node.find_child("DefaultPolicy"),
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
