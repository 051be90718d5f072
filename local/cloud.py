"""The local cloud whole: emulated AWS with the deployed template, Amazon Connect simulated, and Lambda's part between them.

with LocalCloud() as cloud:
cloud.client("sqs").send_message(QueueUrl=cloud.outputs["TransferQueueUrl"], MessageBody=...)
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from local.aws import Aws
from local.cloudwatch import CloudWatch
from local.compare import Comparison, compare
from local.connect.control import Control
from local.deployment import Assembly, deploy, identity_of, synthesize
from local.event_source import Delivery, EventSource
from local.event_source_rules import Mapped
from local.function import Function, FunctionConfiguration, Runtime
from local.processes import StartError, wait_until
from local.simulator import ConnectProcess, ContactEvents
from local.toolbox import say

T = TypeVar("T")
#: Settings in place of the deployment's own; as a function they may use the ids that the simulator gave its seed data.
Overrides = Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]]


class LocalCloud:
    """Starts everything on entry and ends every process on exit, however the exit comes about.

    ``overrides``     settings in place of those in ``deployments/NAME.json``, or a function of the seed data that makes them
    ``secure``        HTTPS and enforced IAM policies in the emulated AWS
    ``recycle_after`` ends each execution environment after so many invocations
    ``wait``          long poll of the event source loop, seconds

    Raises ``StartError`` or ``DeployError``, each with the end of the log that matters.
    """

    def __init__(
        self,
        deployment: str = "local",
        overrides: Overrides | None = None,
        *,
        secure: bool = False,
        recycle_after: int | None = None,
        wait: int = 2,
    ) -> None:
        self.deployment = deployment
        self.logs = Path(tempfile.mkdtemp(prefix="contact-transfer-"))
        self.deliveries: list[Delivery] = []
        self._overrides = overrides
        self._recycle_after = recycle_after
        self._wait = wait
        self._ends = contextlib.ExitStack()
        given = {} if overrides is None or callable(overrides) else overrides
        identity, self.instance_arns = identity_of(deployment, given)
        self.aws = Aws(identity, self.logs, secure=secure)

    def start(self) -> Self:
        """Start everything; what had been started is ended again if anything fails."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def _start(self) -> None:
        self.connect = ConnectProcess(self.instance_arns, self.logs)
        self._ends.callback(self.connect.stop)
        self.seed = self.control.seed(self.instance_id)
        overrides = self._overrides(self.seed) if callable(self._overrides) else self._overrides
        say(f"synthesizing ContactTransfer-{self.deployment}")
        self.assembly: Assembly = synthesize(self.deployment, self.logs / "cdk.out", overrides)
        say("starting the emulated AWS and deploying the template")
        self.aws.start()
        self._ends.callback(self.aws.stop)
        self.outputs = deploy(self.assembly, self.aws, self.logs)
        self.comparison: Comparison = compare(self.assembly.template, self.assembly.stack_name, self.aws)
        self._check()
        self._events = ContactEvents(self.connect.url, self.aws.put_service_events)
        self._ends.callback(self._events.stop)
        self._run_worker()

    def _check(self) -> None:
        wrong = self.comparison.differences + self.comparison.stale
        if wrong:
            raise StartError("What is deployed is not what the template says:\n" + "\n".join(wrong))
        say(f"{self.comparison.compared} deployed properties compared with the template: no unknown difference")
        for gap in self.comparison.known:
            say(f"  known gap of the emulator: {gap}")

    def _run_worker(self) -> None:
        """Take the place of the emulator's own event source mapping, with the settings it was deployed with."""
        client, name = self.client("lambda"), self.outputs["WorkerFunctionName"]
        deployed = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"][0]
        self.mapped = Mapped.deployed(deployed)
        self.worker = self._function(client.get_function_configuration(FunctionName=name))
        self._ends.callback(self.worker.close)
        url = self.outputs["TransferQueueUrl"]
        self.event_source = EventSource(
            self.as_worker("sqs"),
            url,
            self.mapped,
            self.worker,
            wait=self._wait,
            observe=self.deliveries.append,
            enabled=lambda: client.get_event_source_mapping(UUID=deployed["UUID"])["State"] == "Enabled",
        )
        self.event_source.start()
        self._ends.callback(lambda: self.event_source.stop(patience=3))
        self._run_cloudwatch(name)

    def _run_cloudwatch(self, function: str) -> None:
        group = self.client("lambda").get_function_configuration(FunctionName=function)["LoggingConfig"]["LogGroup"]
        clients = {service: self.aws.client(service) for service in ("logs", "cloudwatch", "sqs")}
        queues = [self.outputs[name] for name in ("TransferQueueUrl", "DeadLetterQueueUrl")]
        self.cloudwatch = CloudWatch(clients, self.logs / "worker.jsonl", function, group, queues)
        self.cloudwatch.start()
        self._ends.callback(self.cloudwatch.stop)

    def _function(self, answer: Mapping[str, Any]) -> Function:
        configuration = FunctionConfiguration.deployed(answer, self.assembly.code_of(self._logical_id(answer)))
        runtime = Runtime.like(configuration.runtime)
        say(f"{configuration.handler} runs on Python {runtime.minor}, up to {self.mapped.maximum_concurrency} at once")
        log = self.logs / "worker.jsonl"
        return Function(configuration, runtime, self._variables, log, recycle_after=self._recycle_after)

    def _logical_id(self, answer: Mapping[str, Any]) -> str:
        found = self.client("cloudformation").describe_stack_resources(StackName=self.assembly.stack_name)
        named = {r["PhysicalResourceId"]: r["LogicalResourceId"] for r in found["StackResources"]}
        return str(named[answer["FunctionName"]])

    def as_worker(self, service: str) -> Any:
        """Return a client with the worker's role: Lambda polls the queue with it, and nothing beyond it is allowed."""
        given = self.aws.function_credentials(self.outputs["WorkerFunctionName"])
        return self.aws.client(
            service,
            aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=given["AWS_SESSION_TOKEN"] or None,
        )

    def _variables(self) -> dict[str, str]:
        """Endpoints and credentials of the worker's environments: its role's, as in Lambda."""
        credentials = self.aws.function_credentials(self.outputs["WorkerFunctionName"])
        return {**self.environment(), **{name: value for name, value in credentials.items() if value}}

    @property
    def control(self) -> Control:
        """The simulator's control address: faults, switches, what really happened."""
        return self.connect.control

    @property
    def instance_id(self) -> str:
        return self.instance_arns[0].rsplit("/", 1)[-1]

    @cached_property
    def clients(self) -> dict[str, Any]:
        return {}

    def environment(self) -> dict[str, str]:
        """Return what an AWS client needs in its environment to reach this cloud."""
        return {**self.aws.environment(), "AWS_ENDPOINT_URL_CONNECT": self.connect.url}

    def client(self, service: str) -> Any:
        """Return a boto3 client of this cloud; one a service, shared."""
        if service not in self.clients:
            options = {"endpoint_url": self.connect.url, "verify": None} if service == "connect" else {}
            self.clients[service] = self.aws.client(service, **options)
        return self.clients[service]

    def queue_depth(self, output: str = "TransferQueueUrl") -> int:
        """Return how many messages a queue holds, those in flight and delayed included."""
        names = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]
        answer = self.client("sqs").get_queue_attributes(QueueUrl=self.outputs[output], AttributeNames=names)
        return sum(int(answer["Attributes"].get(name, 0)) for name in names)

    def dead_letters(self) -> list[dict[str, Any]]:
        """Return every message in the dead-letter queue, as ReceiveMessage shows it; all stay there."""
        sqs, url = self.client("sqs"), self.outputs["DeadLetterQueueUrl"]
        found: dict[str, dict[str, Any]] = {}
        while messages := sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=30
        ).get("Messages"):
            found.update({message["MessageId"]: message for message in messages})
        for message in found.values():
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
        return list(found.values())

    def wait_until(self, condition: Callable[[], T | None], what: str, *, timeout: float = 60.0) -> T:
        """Return the first true value of ``condition``; ``TimeoutError`` names ``what`` and where the logs are."""
        try:
            return wait_until(condition, what, timeout=timeout, pause=0.1)
        except TimeoutError as error:
            raise TimeoutError(f"{error}; the logs are in {self.logs}") from None

    def stop(self) -> None:
        """End everything. Safe to call again."""
        self._ends.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
