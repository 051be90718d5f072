"""The flow function: what Connect flows invoke to ask for a transfer. It may send to the queues of the lanes, and nothing else."""

from __future__ import annotations

from aws_cdk import aws_connect as connect
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from contact_transfer_cdk.service.function import Function, Sending, Shape

HANDLER = "contact_transfer.flow.handler"


class FlowFunction(Function):
    """``function`` is in the list of the flow designer of every instance."""

    def __init__(self, scope: Construct, id_: str, sending: Sending) -> None:
        super().__init__(scope, id_, name="flow", settings=sending.settings, log_key=sending.log_key)
        self.allow(*sending.statements)
        sizing = self.settings.sizing
        shape = Shape(
            handler=HANDLER,
            description="Takes transfer requests from Amazon Connect flows into the queue of their lane",
            memory_mb=sizing.flow_memory_mb,
            timeout_seconds=sizing.flow_timeout_seconds,
        )
        environment = self.settings.for_flows(*sending.queue_urls).to_environment()
        self.function = self.make(sending.code, environment, shape)
        self._admit_instances()

    def _admit_instances(self) -> None:
        """Each instance may invoke the function, and shows it in its flow designer."""
        for instance in self.settings.instances:
            allowed = lambda_.CfnPermission(
                self,
                f"Invoke-{instance.id}",
                action="lambda:InvokeFunction",
                function_name=self.function.function_arn,
                principal=iam.ServicePrincipal("connect.amazonaws.com").service,
                source_account=self.settings.place.account,
                source_arn=instance.arn,
            )
            association = connect.CfnIntegrationAssociation(
                self,
                f"Designer-{instance.id}",
                instance_id=instance.arn,  # CloudFormation wants the ARN under this name
                integration_type="LAMBDA_FUNCTION",
                integration_arn=self.function.function_arn,
            )
            association.add_resource_dependency(allowed)
