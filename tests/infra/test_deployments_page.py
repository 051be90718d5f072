"""docs/deployments.md: what it prints for existing keys is what the stack's own keys say, and its example runs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Assembly

pytestmark = [pytest.mark.synth, pytest.mark.xdist_group("synth")]

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "deployments.md").read_text("utf-8")
CONTENT = {
    "instanceArns": ["arn:aws:connect:eu-central-1:123456789012:instance/11111111-2222-4333-8444-555555555555"],
    "producerPrincipals": ["arn:aws:iam::123456789012:role/ticket-system"],
    "confirmWithinMinutes": 30,
    "routes": [
        {
            "name": "ROUTE",
            "when": {"detail-type": ["Amazon Connect Contact Event"], "detail": {"eventType": ["QUEUED"]}},
            "transfer": {"contactFlowId": "22222222-2222-4333-8444-555555555555"},
        }
    ],
}


def _printed(what: str) -> Any:
    (text,) = re.findall(rf"<!-- {what} -->\n```json\n(.*?)```", PAGE, re.DOTALL)
    return json.loads(text)


@pytest.mark.parametrize(("what", "key"), [("queue key", "KeysQueues"), ("data key", "KeysData")])
def test_the_statements_for_existing_keys_are_those_of_the_stacks_own(
    synthesize: Callable[..., Assembly], what: str, key: str
) -> None:
    made = synthesize("own-keys", CONTENT, "NAME")
    own = made.one("KMS::Key", key)["KeyPolicy"]["Statement"]
    assert own[0]["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    assert _printed(what) == own[1:]


def test_the_example_for_another_app_runs(tmp_path: Path) -> None:
    """As it is printed, but for the asset, which other tests build."""
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    program = example.replace("App()", f"App(outdir={str(tmp_path)!r}, context={{'aws:cdk:bundling-stacks': []}})")
    done = subprocess.run(  # noqa: S603 - this interpreter, a program of ours
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    template = json.loads((tmp_path / "ContactTransfer-local.template.json").read_text("utf-8"))
    assert {"TransferQueueUrl", "EventBusArn", "QueueKeyArn"} <= set(template["Outputs"])
