"""A deployment as its operators meet it: found by its stack's name, known by the stack's outputs and the worker's settings."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import ClientError

from contact_transfer.config.worker_settings import Settings, SettingsError
from transfers_cli import say
from transfers_cli.errors import Exit, Stop
from transfers_cli.outputs import by_owner

if TYPE_CHECKING:
    import boto3

PREFIX = "ContactTransfer-"
_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 4}, max_pool_connections=16, connect_timeout=5)
# Operators share Connect's quotas with the worker: a throttled call is reported, not repeated without their knowledge.
_CONNECT = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=5, read_timeout=10)


class Aws:
    """Clients by service, made on first use; endpoints, Region and credentials as in every AWS tool.

    Raise ``Stop`` when no Region is set.
    """

    def __init__(self, session: boto3.Session | None = None) -> None:
        import boto3  # noqa: PLC0415 - half a second that help and completion do not need

        # boto3 alone reads AWS_DEFAULT_REGION and not AWS_REGION, which every other AWS tool puts first.
        self._session = session or boto3.Session(region_name=os.environ.get("AWS_REGION") or None)
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()
        if self._session.region_name is None:
            raise Stop("There is no Region: set AWS_REGION, or choose a profile that has one.", Exit.UNREACHABLE)

    @property
    def region(self) -> str:
        """Region of the clients."""
        return str(self._session.region_name)

    def __call__(self, service: str) -> Any:
        """Return the client of a service; it is created at the first call."""
        with self._lock:  # a session is not for several threads at once; clients are
            if service not in self._clients:
                config = _CONNECT if service == "connect" else _CONFIG
                self._clients[service] = self._session.client(service, config=config)  # type: ignore[call-overload]  # the service is a variable here
            return self._clients[service]


@dataclass
class Deployment:
    """One deployment in its stack.

    ``outputs`` are the deployment's own; ``status`` is CloudFormation's word for the stack's state.
    """

    stack: str
    account: str
    region: str
    status: str
    outputs: Mapping[str, str]
    aws: Aws

    @property
    def prefix(self) -> str:
        """What the names of the deployment's rules, alarms and topics begin with: its bus bears the same name."""
        return self.output("EventBusName")

    @property
    def place(self) -> dict[str, str]:
        """Where commands act, for JSON results."""
        return {"account": self.account, "region": self.region, "stack": self.stack}

    def announce(self) -> None:
        """Show account, Region and stack, before anything else is said or changed."""
        endpoint = os.environ.get("AWS_ENDPOINT_URL")
        at = f" at {endpoint}" if endpoint else ""
        say.note(f"account {self.account}  Region {self.region}  stack {self.stack}{at}", style="bold cyan")

    def output(self, name: str) -> str:
        """An output of the stack. Raise ``Stop`` when it has none of that name."""
        if name not in self.outputs:
            raise Stop(f"{self.stack} has no output {name}: deploy this version first.", Exit.UNREACHABLE)
        return self.outputs[name]

    @cached_property
    def worker(self) -> Mapping[str, Any]:
        """The worker's configuration, as Lambda has it."""
        found: Mapping[str, Any] = self.aws("lambda").get_function_configuration(
            FunctionName=self.output("WorkerFunctionName")
        )
        return found

    @cached_property
    def settings(self) -> Settings:
        """What the worker goes by; read from the function itself, so that nobody judges by a file that was not deployed.

        Raise ``Stop`` when they cannot be read.
        """
        try:
            return Settings.from_environment(self.worker.get("Environment", {}).get("Variables", {}))
        except SettingsError as error:
            raise Stop(
                f"The worker's settings cannot be read by this version: {error}. Deploy, or use the version that was deployed.",
                Exit.UNREACHABLE,
            ) from error

    @cached_property
    def mappings(self) -> list[Mapping[str, Any]]:
        """The event source mappings between the worker and the queues of its lanes, the normal lane's first.

        Raise ``Stop`` when there is none.
        """
        found = self.aws("lambda").list_event_source_mappings(FunctionName=self.output("WorkerFunctionName"))
        by_queue = {mapping["EventSourceArn"]: dict(mapping) for mapping in found["EventSourceMappings"]}
        queues = [self.output(name) for name in ("TransferQueueArn", "UrgentQueueArn")]
        if missing := [arn.rpartition(":")[2] for arn in queues if arn not in by_queue]:
            what = f"Nothing feeds the worker of {self.stack} from {' and '.join(missing)}: the event source mapping is gone. Deploy."
            raise Stop(what, Exit.NOT_ALL)
        return [by_queue[arn] for arn in queues]

    def waiting(self, *names: str) -> dict[str, int]:
        """Numbers among the attributes of the lanes' queues, added up."""
        lanes = [self.queue(output, *names) for output in ("TransferQueueUrl", "UrgentQueueUrl")]
        return {name: sum(lane[name] for lane in lanes) for name in names}

    def worker_arn(self, service: str, resource: str) -> str:
        """The ARN of a resource in the worker's partition, account and Region."""
        partition = str(self.worker["FunctionArn"]).split(":")[1]
        return f"arn:{partition}:{service}:{self.region}:{self.account}:{resource}"

    def queue_arn(self, url: str) -> str:
        """The ARN of the queue with that URL."""
        return self.worker_arn("sqs", url.rsplit("/", 1)[-1])

    def queue(self, output: str, *names: str) -> dict[str, int]:
        """Numeric attributes of a queue. ``output``: the stack's output that names it."""
        answer = self.aws("sqs").get_queue_attributes(QueueUrl=self.output(output), AttributeNames=list(names))
        return {name: int(answer["Attributes"].get(name, 0)) for name in names}


def find(name: str, aws: Aws | None = None) -> Deployment:
    """Find a deployment.

    Args:
        name: the deployment's name, or the name of its stack, whatever app made it; where a stack holds several
            deployments, ``STACK/CONSTRUCT``.
        aws: clients; by default those of the environment.

    Raises:
        Stop: there is none; the message says what there is instead.
    """
    aws = aws or Aws()
    wanted, _, owner = name.partition("/")
    stacks = [_describe(aws, stack) for stack in dict.fromkeys((PREFIX + wanted.removeprefix(PREFIX), wanted))]
    found = next((stack for stack in stacks if stack is not None), None)
    if found is None:
        raise Stop(_missing(wanted, aws), Exit.UNREACHABLE)
    parts = found["StackId"].split(":")
    outputs = _outputs(found, owner)
    return Deployment(found["StackName"], parts[4], parts[3], found["StackStatus"], outputs, aws)


def _describe(aws: Aws, stack: str) -> Any:
    try:
        return aws("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "ValidationError":
            raise
        return None


def _raw_outputs(stack: Mapping[str, Any]) -> dict[str, str]:
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}


def _outputs(stack: Mapping[str, Any], owner: str) -> Mapping[str, str]:
    """The outputs of the stack's one deployment, or of the one that was chosen among several."""
    found, name = by_owner(_raw_outputs(stack)), stack["StackName"]
    if owner in found:
        return found[owner]
    if len(found) == 1 and not owner:
        return next(iter(found.values()))
    if not found:
        if owner or not name.startswith(PREFIX):
            raise Stop(f"Stack {name} has no outputs of Contact Transfer, such as TransferQueueUrl.", Exit.UNREACHABLE)
        return {}  # its first deployment is under way, or failed: the state is worth telling
    there = ", ".join(f"{name}/{one}" for one in sorted(found))
    raise Stop(f"Stack {name} holds several deployments: choose one of {there}.", Exit.UNREACHABLE)


def _missing(name: str, aws: Aws) -> str:
    pages = aws("cloudformation").get_paginator("describe_stacks").paginate()
    known = sorted(s["StackName"] for page in pages for s in page["Stacks"] if by_owner(_raw_outputs(s)))
    there = f"there is {', '.join(known)}" if known else "there is no deployment of Contact Transfer at all"
    stack = PREFIX + name.removeprefix(PREFIX)
    return f"There is no stack {stack} in {aws.region} for these credentials; {there}. Choose with --deployment."


def open_deployment(name: str) -> Deployment:
    """Find the deployment and show where it is: the beginning of every command."""
    found = find(name)
    found.announce()
    return found
