"""Fixtures of the local cloud: the emulator alone, and small functions to put behind a queue."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from local.aws import Aws, Identity
from local.cloud import LocalCloud
from local.contact_events import BestEffort
from local.lambda_runtime import Function, FunctionConfiguration, Runtime

FunctionOf = Callable[..., Function]
DOORS = (Path(__file__).parents[2] / "docs" / "doors.md").read_text()
#: Quotas far above the tests' pace: what they prove is not about waiting.
QUOTAS = {
    name: {"rate": 100, "burst": 100} for name in ("DescribeContact", "DescribeContactFlow", "ListAssociatedContacts")
}


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """An emulated AWS without any stack."""
    with Aws(Identity(), tmp_path_factory.mktemp("aws-logs")) as running:
        yield running


def _routes(seed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One for each kind of event; none of them is set off by what other tests do."""
    contact_events = {"detail-type": ["Amazon Connect Contact Event"]}
    to_queue, queues = seed["flows"]["Move to queue"], seed["queues"]
    overflow = {"eventType": ["QUEUED"], "queueInfo": {"queueArn": [{"suffix": f"/{queues['Overflow']}"}]}}
    expired = {
        "updatedProperties": ["RoutingCriteria.Step.Status"],
        "routingCriteria": {"steps": {"status": ["EXPIRED"]}},
    }
    rules = {"detail-type": ["Contact Lens Email Rules Matched"], "detail": {"actionName": ["SEND_TO_SUPERVISOR"]}}
    to_ana = {"contactFlowId": seed["flows"]["Move to agent"], "userId": seed["users"]["ana"]}
    routes = [
        (
            "overflow",
            {**contact_events, "detail": overflow},
            {"contactFlowId": to_queue, "queueId": queues["Overflow"]},
        ),
        (
            "step-expired",
            {**contact_events, "detail": expired},
            {"contactFlowId": to_queue, "queueId": queues["Support"]},
        ),
        ("to-supervisor", rules, to_ana),
    ]
    named = [{"name": name, "when": when, "transfer": transfer} for name, when, transfer in routes]
    return [_printed_sweep(to_queue, queues["Billing"]), *named]


def _settings(seed: Mapping[str, Any]) -> dict[str, Any]:
    """Quick, and with routes."""
    return {
        "settleMinutes": 0.1,
        "transfersPerSecond": 20,
        "burst": 20,
        "quotas": QUOTAS,
        "maximumConcurrency": 2,
        "confirmWithinMinutes": 0.05,
        "routes": _routes(seed),
    }


def _printed_sweep(flow: str, queue: str) -> dict[str, Any]:
    """The route of the page about sources that sweeps, with ids; no contact of a test waits for half an hour."""
    [printed] = (block for block in re.findall(r"```json\n(.*?)```", DOORS, re.DOTALL) if '"sweep"' in block)
    route: dict[str, Any] = json.loads(printed.replace("FLOW-ID", flow).replace("QUEUE-ID", queue))
    return {**route, "sweep": {**route["sweep"], "olderThanMinutes": 0}}


@pytest.fixture(scope="session")
def cloud(request: pytest.FixtureRequest) -> Iterator[LocalCloud]:
    """The whole local cloud. IAM policies are enforced where openssl is there to make the certificate that this takes.

    Tests that use it belong to the group ``cloud``, so that one worker starts it once, and leave no faults behind.
    """
    secure, effort = shutil.which("openssl") is not None, BestEffort(lost=0, twice=0.5)
    with LocalCloud("local", _settings, secure=secure, wait=1, effort=effort) as running:
        for operation in ("TransferContact", *QUOTAS, "StartTaskContact"):
            running.control.set_quota(operation, None)
        yield running
        if request.session.testsfailed:
            running.keep_logs()


def _configuration(code: Path, timeout: float) -> FunctionConfiguration:
    return FunctionConfiguration(
        name="small",
        arn="arn:aws:lambda:eu-central-1:111122223333:function:small",
        handler="module.handler",
        runtime="python3.13",
        code=code,
        timeout=timeout,
        variables={"GIVEN": "by the deployment", "AWS_LAMBDA_FUNCTION_NAME": "not mine to set"},
        log_format="JSON",
    )


@pytest.fixture
def function_of(tmp_path: Path) -> Iterator[FunctionOf]:
    """Make functions from source code; each is closed after the test."""
    made: list[Function] = []

    def make(source: str, *, timeout: float = 5.0, recycle_after: int | None = None) -> Function:
        code = tmp_path / f"code-{len(made)}"
        code.mkdir()
        (code / "module.py").write_text(dedent(source))
        variables = {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        log, runtime = tmp_path / "function.jsonl", Runtime.like("python3.13")
        configuration = _configuration(code, timeout)
        made.append(Function(configuration, runtime, lambda: variables, log, recycle_after=recycle_after))
        return made[-1]

    yield make
    for function in made:
        function.close()
