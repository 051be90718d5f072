"""The stack around the construct: account, Region, tags and outputs."""

from __future__ import annotations

from aws_cdk import Environment, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from contact_transfer_cdk.construct import ContactTransfer
from contact_transfer_cdk.settings.model import DeploymentSettings


class ContactTransferStack(Stack):
    """``ContactTransfer-NAME``, in the account and Region of the deployment's instances."""

    def __init__(self, scope: Construct, *, settings: DeploymentSettings, code: lambda_.Code | None = None) -> None:
        super().__init__(
            scope,
            settings.prefix,
            env=Environment(account=settings.place.account, region=settings.place.region),
            description="Contact Transfer: moves Amazon Connect contacts to the right queue or agent",
            tags=dict(settings.tags),
        )
        self.service = ContactTransfer(self, "ContactTransfer", settings=settings, code=code)
        self.service.add_outputs()
