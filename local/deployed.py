"""The stack's functions as Lambda would run them: deployed code and configuration, and the credentials of each one's role."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.aws import Aws
from local.deployment import Assembly
from local.event_source.loop import Delivery, EventSource
from local.event_source.rules import Mapped
from local.lambda_runtime import Function, FunctionConfiguration, Runtime


@dataclass(frozen=True)
class Deployed:
    """One function of the stack. ``connect_url``: where its clients find the simulator; ``logs``: the folder for its lines."""

    aws: Aws
    assembly: Assembly
    logical_id: str
    connect_url: str
    logs: Path

    @classmethod
    def find(cls, aws: Aws, assembly: Assembly, handler: str, connect_url: str, logs: Path) -> Deployed:
        """The function with this handler."""
        (logical_id,) = [
            name
            for name, resource in assembly.template["Resources"].items()
            if resource["Type"] == "AWS::Lambda::Function" and resource["Properties"]["Handler"] == handler
        ]
        return cls(aws, assembly, logical_id, connect_url, logs)

    @property
    def role_name(self) -> str:
        """``worker``, ``flow`` or ``confirm``."""
        handler: str = self.assembly.template["Resources"][self.logical_id]["Properties"]["Handler"]
        return handler.split(".")[1]

    @property
    def log(self) -> Path:
        """The file that holds the function's log lines."""
        return self.logs / f"{self.role_name}.jsonl"

    @property
    def name(self) -> str:
        """The name that it was given when it was deployed."""
        client = self.aws.client("cloudformation")
        found = client.describe_stack_resource(StackName=self.assembly.stack_name, LogicalResourceId=self.logical_id)
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def function(self, recycle_after: int | None = None) -> Function:
        """Make it ready to be invoked."""
        answer = self.aws.client("lambda").get_function_configuration(FunctionName=self.name)
        configuration = FunctionConfiguration.deployed(answer, self.assembly.code_of(self.logical_id))
        runtime = Runtime.like(configuration.runtime)
        return Function(configuration, runtime, self.variables, self.log, recycle_after=recycle_after)

    def mappings(self) -> list[tuple[str, Mapped]]:
        """Its event source mappings, in the order of their queues' names: the id and the settings of each."""
        found = self.aws.client("lambda").list_event_source_mappings(FunctionName=self.name)["EventSourceMappings"]
        made = [(str(one["UUID"]), Mapped.deployed(one)) for one in found]
        return sorted(made, key=lambda mapping: mapping[1].queue_arn)

    def event_sources(self, function: Function, wait: int, observe: Callable[[Delivery], None]) -> list[EventSource]:
        """What takes the place of its mappings, in their order: see ``EventSource``. Each stands still while its mapping is disabled.

        ``wait``: seconds of a long poll.
        """
        return [self._event_source(*mapping, function, wait, observe) for mapping in self.mappings()]

    def _event_source(
        self, uuid: str, mapped: Mapped, function: Function, wait: int, observe: Callable[[Delivery], None]
    ) -> EventSource:
        client = self.aws.client("lambda")
        url = self.aws.client("sqs").get_queue_url(QueueName=mapped.queue_arn.rpartition(":")[2])["QueueUrl"]
        return EventSource(
            self.client("sqs"),
            url,
            mapped,
            function,
            wait=wait,
            observe=observe,
            enabled=lambda: client.get_event_source_mapping(UUID=uuid)["State"] == "Enabled",
        )

    def credentials(self) -> Mapping[str, str]:
        """What Lambda would hand to it: its role's."""
        return {name: value for name, value in self.aws.function_credentials(self.name).items() if value}

    def variables(self) -> dict[str, str]:
        """Endpoints and credentials of its environments."""
        return {**self.aws.environment(), "AWS_ENDPOINT_URL_CONNECT": self.connect_url, **self.credentials()}

    def client(self, service: str) -> Any:
        """A client with its role: nothing beyond what the role may do is allowed."""
        given = self.credentials()
        return self.aws.client(
            service,
            aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=given.get("AWS_SESSION_TOKEN"),
        )
