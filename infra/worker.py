"""The worker: its role, its log group, the function, and the mapping that feeds it from the transfer queue."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.environment import TELEMETRY
from infra.keys import log_group_name
from infra.permissions import log_statement
from infra.settings import DeploymentSettings

RUNTIME = lambda_.Runtime.PYTHON_3_13
HANDLER = "contact_transfer.worker.handler"


class Worker(Construct):
    """``role`` exists before the function: the bus names it. ``function`` is made by ``deploy``."""

    def __init__(self, scope: Construct, id_: str, *, settings: DeploymentSettings, log_key: kms.IKey) -> None:
        super().__init__(scope, id_)
        self._settings = settings
        self.log_group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=log_group_name(settings, "worker"),
            retention=logs.RetentionDays.THREE_MONTHS,
            encryption_key=log_key,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"{settings.prefix}: the worker",
        )
        self.role.add_to_policy(log_statement(self.log_group))

    def allow(self, *statements: iam.PolicyStatement) -> None:
        """Add to what the worker may do."""
        for statement in statements:
            self.role.add_to_policy(statement)

    def deploy(self, code: lambda_.Code, environment: Mapping[str, str], transfers: sqs.IQueue) -> lambda_.Function:
        """Make the function and feed it. Call it when the role is complete, so that the mapping finds its permissions."""
        sizing = self._settings.sizing
        function = lambda_.Function(
            self,
            "Function",
            description="Transfers Amazon Connect contacts as the transfer queue's messages ask",
            code=code,
            handler=HANDLER,
            runtime=RUNTIME,
            architecture=lambda_.Architecture.ARM_64,
            memory_size=sizing.worker_memory_mb,
            timeout=Duration.seconds(sizing.worker_timeout_seconds),
            role=self.role,
            environment={**environment, **TELEMETRY},
            tracing=lambda_.Tracing.ACTIVE,
            log_group=self.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
            system_log_level_v2=lambda_.SystemLogLevel.INFO,
        )
        # The mapping itself: SqsEventSource would add grants of its own to the role.
        lambda_.EventSourceMapping(
            self,
            "Mapping",
            target=function,
            event_source_arn=transfers.queue_arn,
            batch_size=sizing.batch_size,
            max_concurrency=self._settings.maximum_concurrency,
            report_batch_item_failures=True,
        )
        # cfn-lint: the CDK writes a function's dependency on its role, which the reference to the role already makes.
        function.node.default_child.add_metadata("cfn-lint", {"config": {"ignore_checks": ["W3005"]}})  # type: ignore[union-attr]
        return function
