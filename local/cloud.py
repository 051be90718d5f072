"""The local cloud whole: emulated AWS with the deployed template, Amazon Connect simulated, and Lambda's part between them.

with LocalCloud() as cloud:
cloud.client("sqs").send_message(QueueUrl=cloud.outputs["TransferQueueUrl"], MessageBody=...)
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from local.app import changed
from local.aws import Aws, Identity
from local.cloudwatch import CloudWatch
from local.connect.control import Control
from local.contact_events import FAITHFUL, BestEffort, ContactEvents
from local.deployed import Deployed
from local.deployment import Assembly, settings_of, synthesize
from local.event_source.loop import Delivery, EventSource
from local.invocations import Invocations
from local.lambda_runtime import Function
from local.named import resources
from local.processes import wait_until
from local.simulator import ConnectProcess
from local.stack import create
from local.toolbox import say

T = TypeVar("T")
#: Settings in place of the deployment's own; as a function they may use the ids that the simulator gave its seed data.
Overrides = Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]]

#: How contact events reach the default bus; as a function of the seed data too.
Effort = BestEffort | Callable[[Mapping[str, Any]], BestEffort]


class LocalCloud:
    """Starts everything on entry and ends every process on exit, however the exit comes about.

    ``overrides``     settings in place of those in ``deployments/NAME.json``, or a function of the seed data that makes them
    ``secure``        HTTPS and enforced IAM policies in the emulated AWS
    ``recycle_after`` ends each execution environment after so many invocations
    ``wait``          long poll of the event source loops, seconds
    ``effort``        how contact events reach the default bus

    Raises ``StartError`` or ``DeployError``, each with the end of the log that matters. The folder ``logs`` goes with the cloud, unless
    something went wrong: an exception other than Ctrl-C, or a message that names the folder (``keep_logs``).
    """

    def __init__(
        self,
        deployment: str = "local",
        overrides: Overrides | None = None,
        *,
        secure: bool = False,
        recycle_after: int | None = None,
        wait: int = 2,
        effort: Effort = FAITHFUL,
    ) -> None:
        self.deployment = deployment
        self.deliveries: list[Delivery] = []
        self.tellings: list[Delivery] = []
        self._overrides = overrides
        self._recycle_after = recycle_after
        self._wait = wait
        self._effort = effort
        self._ends = contextlib.ExitStack()
        given = {} if overrides is None or callable(overrides) else overrides
        self.settings = settings_of(deployment, given)
        self.instance_arns = tuple(instance.arn for instance in self.settings.instances)
        self.resources = resources(changed(deployment, given), self.instance_arns)
        self.logs = Path(tempfile.mkdtemp(prefix="contact-transfer-"))
        self._keep = False
        self.aws = Aws(Identity.of_arn(self.instance_arns[0]), self.logs, secure=secure)

    def start(self) -> Self:
        """Start everything; what had been started is ended again if anything fails."""
        try:
            self._start()
        except BaseException as error:
            self._end(error)
            raise
        return self

    def _start(self) -> None:
        with ThreadPoolExecutor(1) as beside:
            self._ends.callback(self.aws.stop)
            emulator = beside.submit(self.aws.start)
            self.connect = ConnectProcess(self.instance_arns, self.logs, self.resources)
            self._ends.callback(self.connect.stop)
            self.seeds = {arn: self.control.seed(arn.rsplit("/", 1)[-1]) for arn in self.instance_arns}
            say(f"synthesizing ContactTransfer-{self.deployment}")
            overrides = self._overrides(self.seed) if callable(self._overrides) else self._overrides
            self.assembly: Assembly = synthesize(self.deployment, self.logs / "cdk.out", overrides)
            emulator.result()
        say(f"deploying to the emulated AWS: account {self.aws.identity.account}, {self.aws.identity.region}")
        self.outputs = create(self.assembly, self.aws)
        effort = self._effort(self.seed) if callable(self._effort) else self._effort
        self.contact_events = ContactEvents(self.connect.url, self.aws.put_service_events, effort)
        self._ends.callback(self.contact_events.stop)
        self._run_functions()

    def _run_functions(self) -> None:
        """Take the place of the emulator's own event source mappings, with the settings they were deployed with."""
        self._deployed = {
            name: Deployed.find(
                self.aws, self.assembly, f"contact_transfer.{name}.handler", self.connect.url, self.logs
            )
            for name in self._function_names()
        }
        functions = {name: one.function(self._recycle_after) for name, one in self._deployed.items()}
        self.worker, self.flow, self.confirmation = (functions[name] for name in ("worker", "flow", "confirm"))
        for function in functions.values():
            self._ends.callback(function.close)
        self.event_source, self.urgent_event_source = self._feed("worker", self.worker, self.deliveries)
        self._feed("confirm", self.confirmation, self.tellings)
        lanes = ("TransferQueueUrl", "UrgentQueueUrl", "DeadLetterQueueUrl")
        for name, deployed in self._deployed.items():
            self._run_cloudwatch(deployed, [self.outputs[queue] for queue in (lanes if name == "worker" else ())])
        invocations = Invocations(self.aws, {self._deployed[name].name: one for name, one in functions.items()})
        self._ends.callback(invocations.stop)

    def _function_names(self) -> list[str]:
        """The stack's functions; that which sweeps is there only when a route needs it."""
        template = self.assembly.template["Resources"].values()
        made = {one["Properties"]["Handler"] for one in template if one["Type"] == "AWS::Lambda::Function"}
        return [name for name in ("worker", "flow", "confirm", "sweep") if f"contact_transfer.{name}.handler" in made]

    def _feed(self, name: str, function: Function, deliveries: list[Delivery]) -> list[EventSource]:
        sources = self._deployed[name].event_sources(function, self._wait, deliveries.append)
        say(f"{function.configuration.handler} runs on {function.runtime}")
        for source in sources:
            source.start()
            self._ends.callback(source.stop, patience=3)
        return sources

    def _run_cloudwatch(self, deployed: Deployed, queues: list[str]) -> None:
        name = deployed.name
        group = self.client("lambda").get_function_configuration(FunctionName=name)["LoggingConfig"]["LogGroup"]
        clients = {service: self.aws.client(service) for service in ("logs", "cloudwatch", "sqs")}
        carried = CloudWatch(clients, deployed.log, name, group, queues)
        carried.start()
        self._ends.callback(carried.stop)

    def invoke_flow(self, contact_id: str, channel: str = "TASK", **parameters: Any) -> dict[str, Any]:
        """Invoke the flow function as a flow of a contact in the first instance would.

        Raises ``RuntimeError`` where the flow takes its error branch.
        """
        contact = {"ContactId": contact_id, "Channel": channel, "InstanceARN": self.instance_arns[0]}
        event = {"Details": {"ContactData": contact, "Parameters": parameters}, "Name": "ContactFlowEvent"}
        invocation = self.flow.invoke(json.dumps(event).encode())
        if invocation.problem is not None:
            raise RuntimeError(f"{invocation.problem}: {invocation.payload.decode(errors='replace')}")
        answer: dict[str, Any] = json.loads(invocation.payload)
        return answer

    def as_worker(self, service: str, name: str = "worker") -> Any:
        """Return a client with the role of a function (``worker``, ``flow``, ``confirm``), and nothing beyond it is allowed."""
        return self._deployed[name].client(service)

    @property
    def control(self) -> Control:
        """The simulator's control address: faults, switches, what really happened."""
        return self.connect.control

    @property
    def seed(self) -> dict[str, Any]:
        """Ids of the flows, queues and users in the first instance, by friendly name; ``instances``: the same of each, by ARN."""
        return {**self.seeds[self.instance_arns[0]], "instances": self.seeds}

    @property
    def instance_id(self) -> str:
        """The first instance's."""
        return self.instance_arns[0].rsplit("/", 1)[-1]

    @cached_property
    def clients(self) -> dict[str, Any]:
        """The clients that were created, by service."""
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
            raise TimeoutError(f"{error}; the logs are in {self.keep_logs()}") from None

    def keep_logs(self) -> Path:
        """Let the logs outlive the cloud, because a message names them; return their folder."""
        self._keep = True
        return self.logs

    def stop(self) -> None:
        """End everything. Safe to call again."""
        self._ends.close()

    def _end(self, error: BaseException | None) -> None:
        """End everything, and take the logs along when nobody needs them."""
        try:
            self.stop()
        finally:
            if not self._keep and (error is None or isinstance(error, KeyboardInterrupt)):
                shutil.rmtree(self.logs, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(error)
