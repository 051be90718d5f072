"""The worker: the function, and the mappings that feed it, one from the queue of each lane."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from contact_transfer_cdk.service.function import Function, Shape
from contact_transfer_cdk.service.queues import Queues
from contact_transfer_cdk.settings.model import DeploymentSettings

HANDLER = "contact_transfer.worker.handler"


class Worker(Function):
    """The worker's role and log group, and its function once ``deploy`` has made it. The bus names ``role``, so it comes first."""

    def __init__(self, scope: Construct, id_: str, *, settings: DeploymentSettings, log_key: kms.IKey) -> None:
        super().__init__(scope, id_, name="worker", settings=settings, log_key=log_key)

    def deploy(self, code: lambda_.Code, environment: Mapping[str, str], queues: Queues) -> lambda_.Function:
        """Make the function and feed it. Call it when the role is complete, so that the mapping finds its permissions."""
        sizing = self.settings.sizing
        shape = Shape(
            handler=HANDLER,
            description="Transfers Amazon Connect contacts as the messages of its queues ask",
            memory_mb=sizing.worker_memory_mb,
            timeout_seconds=sizing.worker_timeout_seconds,
        )
        function = self.make(code, environment, shape)
        # The mapping itself: SqsEventSource would add grants of its own to the role.
        for id_, queue in (("Mapping", queues.transfers), ("UrgentMapping", queues.urgent)):
            lambda_.EventSourceMapping(
                self,
                id_,
                target=function,
                event_source_arn=queue.queue_arn,
                batch_size=sizing.batch_size,
                max_concurrency=self.settings.maximum_concurrency,
                report_batch_item_failures=True,
            )
        return function
