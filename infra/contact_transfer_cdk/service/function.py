"""What the deployment's functions have in common: a role of their own, a log group of their own, runtime and tracing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from contact_transfer_cdk.policies.keys import log_group_name
from contact_transfer_cdk.policies.permissions import log_statement, sending_statements
from contact_transfer_cdk.service.environment import TELEMETRY
from contact_transfer_cdk.service.queues import Queues
from contact_transfer_cdk.settings.model import DeploymentSettings

RUNTIME = lambda_.Runtime.PYTHON_3_13


@dataclass(frozen=True)
class Shape:
    """How one function differs from the others."""

    handler: str
    description: str
    memory_mb: int
    timeout_seconds: int


@dataclass(frozen=True)
class Sending:
    """What a function is made with that sends to the queues of the lanes, and to nothing else."""

    settings: DeploymentSettings
    code: lambda_.Code
    queues: Queues
    queues_key: kms.IKey
    log_key: kms.IKey

    @property
    def queue_urls(self) -> tuple[str, str]:
        """Of the transfer queue and the urgent queue."""
        return self.queues.transfers.queue_url, self.queues.urgent.queue_url

    @property
    def statements(self) -> list[iam.PolicyStatement]:
        """What it may do: send."""
        return sending_statements(self.queues.lanes, self.queues_key, self.settings.place.region)


class Function(Construct):
    """``role`` exists before the function: others name it. ``name`` is that of its log group."""

    def __init__(
        self, scope: Construct, id_: str, *, name: str, settings: DeploymentSettings, log_key: kms.IKey
    ) -> None:
        super().__init__(scope, id_)
        self.settings = settings
        self.log_group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=log_group_name(settings, name),
            encryption_key=log_key,
            removal_policy=RemovalPolicy.DESTROY,
        )
        group = self.log_group.node.default_child
        assert isinstance(group, logs.CfnLogGroup)  # noqa: S101 - the construct's own resource
        group.retention_in_days = settings.log_retention_days
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"{settings.prefix}: {name}",
        )
        self.role.add_to_policy(log_statement(self.log_group))

    def allow(self, *statements: iam.PolicyStatement) -> None:
        """Add to what the function may do."""
        for statement in statements:
            self.role.add_to_policy(statement)

    def make(self, code: lambda_.Code, environment: Mapping[str, str], shape: Shape) -> lambda_.Function:
        """Make the function. Call it when the role is complete, so that whatever uses it finds its permissions."""
        function = lambda_.Function(
            self,
            "Function",
            description=shape.description,
            code=code,
            handler=shape.handler,
            runtime=RUNTIME,
            architecture=lambda_.Architecture.ARM_64,
            memory_size=shape.memory_mb,
            timeout=Duration.seconds(shape.timeout_seconds),
            role=self.role,
            environment={**environment, **TELEMETRY, "POWERTOOLS_LOG_LEVEL": self.settings.log_level},
            tracing=lambda_.Tracing.ACTIVE,
            log_group=self.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            # Metrics are log lines without a level, which Lambda takes for INFO: above it they would be dropped.
            application_log_level_v2=lambda_.ApplicationLogLevel.DEBUG
            if self.settings.log_level == "DEBUG"
            else lambda_.ApplicationLogLevel.INFO,
            system_log_level_v2=lambda_.SystemLogLevel.INFO,
        )
        # cfn-lint: the CDK writes a function's dependency on its role, which the reference to the role already makes.
        function.node.default_child.add_metadata("cfn-lint", {"config": {"ignore_checks": ["W3005"]}})  # type: ignore[union-attr]
        return function
