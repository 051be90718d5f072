"""The stack around the construct: account, Region and the outputs that operators and producers rely on."""

from __future__ import annotations

from aws_cdk import CfnOutput, Environment, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from contact_transfer_cdk.construct import ContactTransfer
from contact_transfer_cdk.settings.deployment import DeploymentSettings


class ContactTransferStack(Stack):
    """``ContactTransfer-NAME``, in the account and Region of the deployment's instances."""

    def __init__(self, scope: Construct, *, settings: DeploymentSettings, code: lambda_.Code) -> None:
        super().__init__(
            scope,
            settings.prefix,
            env=Environment(account=settings.place.account, region=settings.place.region),
            description="Contact Transfer: moves Amazon Connect contacts to the right queue or agent",
        )
        self.service = ContactTransfer(self, "ContactTransfer", settings=settings, code=code)
        service = self.service
        for name, value in {
            "TransferQueueUrl": service.queues.transfers.queue_url,
            "TransferQueueArn": service.queues.transfers.queue_arn,
            "DeadLetterQueueUrl": service.queues.dead_letters.queue_url,
            "QueueKeyArn": service.keys.queues.key_arn,
            "ConfirmationDeadLetterQueueUrl": service.confirmation.dead_letters.queue_url,
            "EventBusName": service.doors.bus.ref,
            "EventBusArn": service.doors.bus.attr_arn,
            "LedgerTableName": service.ledger.table.table_name,
            "LedgerTableArn": service.ledger.table.table_arn,
            "WorkerFunctionName": service.worker_function.function_name,
            "FlowFunctionArn": service.flow.function.function_arn,
        }.items():
            CfnOutput(self, name, value=value)
