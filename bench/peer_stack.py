"""A peer as its users would deploy it: a queue with its dead-letter queue, a function, and a simulated Connect of its own."""

from __future__ import annotations

import json
from types import TracebackType
from typing import Any, Self

from bench.environments import peer_runtime
from local.cloud import LocalCloud
from local.event_source.loop import Delivery, EventSource
from local.event_source.rules import Mapped
from local.lambda_runtime import Function, FunctionConfiguration
from local.simulator import ConnectProcess
from local.toolbox import ROOT

#: The peers behind a queue: handler module, and what it is.
PEERS = {
    "batch": "Powertools batch + boto3",
    "full": "Powertools batch, parser, idempotency + boto3",
}
#: The defaults of SQS and Lambda, and what samples set: visibility 30 s, five receives, batches of ten.
VISIBILITY, RECEIVES, BATCH = 30, 5, 10


class PeerStack:
    """A context: the peer is deployed on entry and removed on exit.

    Attributes:
        sqs: a client of the local cloud's SQS.
        deliveries: what the function has received.
        connect: the peer's own simulated Connect.
        data: ids of its queues, flows and agents, by name.
        url: the queue's.
        dead: the dead-letter queue's URL.
    """

    def __init__(self, cloud: LocalCloud, name: str) -> None:
        self._cloud = cloud
        self._name = name
        self.sqs = cloud.aws.client("sqs")
        self.deliveries: list[Delivery] = []

    def __enter__(self) -> Self:
        cloud, name = self._cloud, self._name
        self.connect = ConnectProcess(cloud.instance_arns, cloud.logs / name)
        self.data = self.connect.control.seed(cloud.instance_id)
        self.dead = str(self.sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"])
        redrive = json.dumps({"deadLetterTargetArn": self._arn(self.dead), "maxReceiveCount": RECEIVES})
        attributes = {"VisibilityTimeout": str(VISIBILITY), "RedrivePolicy": redrive}
        self.url = str(self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])
        cloud.aws.client("dynamodb").create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.function = Function(self._configuration(), peer_runtime(), self._variables, cloud.logs / f"{name}.jsonl")
        mapped = Mapped(self._arn(self.url), batch_size=BATCH, reports_failures=True)
        self.source = EventSource(
            cloud.aws.client("sqs"), self.url, mapped, self.function, observe=self.deliveries.append
        )
        self.source.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.source.stop(patience=3)
        self.function.close()
        self.connect.stop()

    def _configuration(self) -> FunctionConfiguration:
        return FunctionConfiguration(
            name=self._name,
            arn=f"arn:aws:lambda:us-east-1:000000000000:function:{self._name}",
            handler=f"bench.peers.{self._name}.handler",
            runtime=f"python{peer_runtime().minor}",
            code=ROOT,
            timeout=VISIBILITY,
            memory=256,
            variables={"IDEMPOTENCY_TABLE": self._name},
            log_format="JSON",
        )

    def _variables(self) -> dict[str, str]:
        return {**self._cloud.environment(), "AWS_ENDPOINT_URL_CONNECT": self.connect.url}

    def _arn(self, url: str) -> str:
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return str(answer["Attributes"]["QueueArn"])

    def connect_client(self) -> Any:
        """Return a client of this peer's Connect."""
        return self._cloud.aws.client("connect", endpoint_url=self.connect.url, verify=None)

    def depth(self, url: str) -> int:
        """Return how many messages the queue at ``url`` holds, those in flight included."""
        kinds = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=kinds)
        return sum(int(answer["Attributes"].get(kind, 0)) for kind in kinds)
