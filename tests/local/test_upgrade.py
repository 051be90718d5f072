"""Updates of a deployed stack, with the real CDK command line: after each, every route fires, and what was held before it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contact_transfer_cdk.node import use_node
from contact_transfer_cdk.settings.deployment import parse
from local.aws import Aws, Identity
from local.processes import wait_until
from local.toolbox import ROOT

pytestmark = [pytest.mark.cloud, pytest.mark.synth, pytest.mark.xdist_group("upgrade")]

INSTANCES = [f"arn:aws:connect:eu-central-1:111122223333:instance/{name}" for name in ("alpha", "beta", "gamma")]
ALPHA, BETA, GAMMA = INSTANCES
STACK = "ContactTransfer-upgraded"
#: Routes and instances of one version after the other: removed from the front, reordered, added, and back again.
VERSIONS = [
    (["one", "two", "three"], [ALPHA, BETA]),
    (["three", "two", "four"], [BETA, GAMMA]),
    (["one", "four"], [GAMMA, ALPHA, BETA]),
]


def _route(name: str) -> dict[str, Any]:
    detail = {"eventType": ["QUEUED"], "queueInfo": {"queueArn": [{"suffix": f"/queue/{name}"}]}}
    when = {"detail-type": ["Amazon Connect Contact Event"], "detail": detail}
    return {"name": name, "when": when, "transfer": {"contactFlowId": "flow", "queueId": f"to-{name}"}}


class Upgraded:
    """One stack in the emulated AWS; its functions are never run."""

    def __init__(self, aws: Aws, folder: Path) -> None:
        self._aws, self._folder = aws, folder
        self._code = folder / "asset"
        self._code.mkdir()
        (self._code / "never_run.py").touch()
        self._environment = {**os.environ, **aws.environment(), "AWS_ENDPOINT_URL_S3": aws.endpoint}
        self._cdk("bootstrap", f"aws://{aws.identity.account}/{aws.identity.region}")

    def deploy(self, routes: list[str], instances: list[str]) -> None:
        content = {"instanceArns": instances, "routes": [_route(name) for name in routes]}
        self._cdk("deploy", "--require-approval", "never", "--app", str(self._synthesize(content)))
        for mapping in self._aws.client("lambda").list_event_source_mappings()["EventSourceMappings"]:
            self._aws.client("lambda").update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)

    def _synthesize(self, content: Mapping[str, Any]) -> Path:
        use_node()
        from aws_cdk import App  # noqa: PLC0415 - loads the CDK
        from aws_cdk import aws_lambda as lambda_  # noqa: PLC0415 - as above

        from app import defaults  # noqa: PLC0415 - as above
        from contact_transfer_cdk.stack import ContactTransferStack  # noqa: PLC0415 - as above

        out = self._folder / f"version-{len(list(self._folder.iterdir()))}"
        app = App(
            context=defaults(), outdir=str(out), analytics_reporting=False, builtin_cloud_formation_validation=False
        )
        code = lambda_.Code.from_asset(str(self._code))
        ContactTransferStack(app, settings=parse("upgraded", content), code=code)
        app.synth()
        return out

    def _cdk(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "tools.cdk", *arguments]
        done = subprocess.run(  # noqa: S603 - our own tool
            command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]

    def fired(self, routes: list[str], instances: list[str]) -> set[tuple[str, str]]:
        """Let a contact of every instance be queued for every route; answer which requests came of it."""
        asked = [(route, instance) for route in routes for instance in instances]
        self._aws.put_service_events([self._queued(route, instance) for route, instance in asked])
        found: set[tuple[str, str]] = set()

        def all_came() -> bool:
            found.update(self._received())
            return len(found) >= len(asked)

        wait_until(all_came, "every route fires", timeout=120)
        return found

    def _queued(self, route: str, instance: str) -> dict[str, Any]:
        detail = {
            "contactId": f"contact-{route}",
            "instanceArn": instance,
            "eventType": "QUEUED",
            "channel": "TASK",
            "queueInfo": {"queueArn": f"{instance}/queue/{route}"},
        }
        return {"Source": "aws.connect", "DetailType": "Amazon Connect Contact Event", "Detail": json.dumps(detail)}

    def _bodies(self) -> Iterator[dict[str, Any]]:
        sqs = self._aws.client("sqs")
        url = sqs.get_queue_url(QueueName=f"{STACK}-transfers")["QueueUrl"]
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            yield json.loads(message["Body"])

    def _received(self) -> Iterator[tuple[str, str]]:
        for body in self._bodies():
            request = body["detail"]
            assert request["queueId"] == f"to-{request['route']}"
            yield request["route"], request["instanceId"]

    def hold(self) -> str | None:
        """Hold a request as the worker does, for an hour; answer its schedule. None when nothing is deployed yet."""
        functions = self._aws.client("lambda").list_functions()["Functions"]
        if not functions:
            return None
        [role] = {one["Environment"]["Variables"].get("SCHEDULE_ROLE_ARN") for one in functions} - {None}
        identity, name = self._aws.identity, str(uuid.uuid4())
        queue = f"arn:aws:sqs:{identity.region}:{identity.account}:{STACK}-transfers"
        target = {"Arn": queue, "RoleArn": role, "Input": json.dumps({"held": name})}
        self._schedule("create_schedule", name, datetime.now(UTC) + timedelta(hours=1), target)
        return name

    def _schedule(self, call: str, name: str, at: datetime, target: Mapping[str, Any]) -> None:
        getattr(self._aws.client("scheduler"), call)(
            GroupName=STACK,
            Name=name,
            ScheduleExpression=f"at({at:%Y-%m-%dT%H:%M:%S})",
            FlexibleTimeWindow={"Mode": "OFF"},
            ActionAfterCompletion="DELETE",
            Target=target,
        )

    def fires(self, name: str) -> bool:
        """Bring a schedule forward; answer whether its request reaches the queue."""
        target = self._aws.client("scheduler").get_schedule(GroupName=STACK, Name=name)["Target"]
        self._schedule("update_schedule", name, datetime.now(UTC), target)
        return bool(wait_until(lambda: {"held": name} in list(self._bodies()), "the schedule fires", timeout=30))

    def rules(self) -> set[str]:
        found = self._aws.client("events").list_rules(NamePrefix=f"{STACK}-route-")["Rules"]
        return {rule["Name"].removeprefix(f"{STACK}-route-") for rule in found}

    def invoked_by(self) -> set[str]:
        """The instances that may invoke the flow function."""
        outputs = self._aws.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]["Outputs"]
        (arn,) = [output["OutputValue"] for output in outputs if output["OutputKey"] == "FlowFunctionArn"]
        policy = json.loads(self._aws.client("lambda").get_policy(FunctionName=arn)["Policy"])
        return {statement["Condition"]["ArnLike"]["AWS:SourceArn"] for statement in policy["Statement"]}


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    with Aws(Identity.of_arn(ALPHA), tmp_path_factory.mktemp("upgrade-logs")) as aws:
        yield Upgraded(aws, tmp_path_factory.mktemp("upgrade"))


@pytest.mark.parametrize(("routes", "instances"), VERSIONS)
def test_every_route_fires_after_an_update_and_what_was_held_before_it(
    upgraded: Upgraded, routes: list[str], instances: list[str]
) -> None:
    held = upgraded.hold()
    upgraded.deploy(routes, instances)
    assert upgraded.rules() == set(routes)
    assert upgraded.invoked_by() == set(instances)
    assert upgraded.fired(routes, instances) == {(route, instance) for route in routes for instance in instances}
    assert held is None or upgraded.fires(held)
