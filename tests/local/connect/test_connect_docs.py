"""docs/simulator.md and the code name the same operations, switches, faults and doings."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.connect.model import FaultKind, Switches
from local.connect.model.operations import OPERATIONS
from local.connect.server.control_app import DOINGS

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "simulator.md").read_text()
STEERING, IN_PROCESS = re.findall(r"^```python\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("name", [*OPERATIONS, *map(str, FaultKind), *DOINGS])
def test_it_is_documented(name: str) -> None:
    assert f"`{name}`" in TEXT


def test_switches_are_documented_with_their_defaults() -> None:
    switches = TEXT.split("| switch | default |")[1].split("## Steer it")[0]
    table = dict(re.findall(r"^\| `(\w+)` \| `?([\w.-]+)`?(?: s)? \|", switches, re.MULTILINE))
    shown = {name: f"{v:g}" if isinstance(v, float) else str(v).lower() for name, v in Switches().as_dict().items()}
    assert table == shown


def test_the_example_that_steers_a_simulator_runs(service: Any, boto: Any) -> None:
    """As it is printed, but for the address, the contact and the queue, and for the seconds that it waits for events."""
    ids = service.ids
    started = boto.start_task_contact(InstanceId=ids.instance_id, ContactFlowId=ids.flows["Inbound"], Name="a task")
    example = STEERING.replace("http://127.0.0.1:PORT", service.url).replace("wait=10", "wait=0")
    example = example.replace('contact_id="…"', f'contact_id="{started["ContactId"]}"')
    example = example.replace('queue_id="…"', f'queue_id="{ids.queues["Support"]}"')
    assert "…" not in example
    exec(compile(example, "docs/simulator.md", "exec"), {})  # noqa: S102 - the page's own lines
    assert service.control.set_switches()["token_replay"] == "conflict"
    with pytest.raises(ClientError, match="ServiceUnavailable"):
        boto.describe_contact(InstanceId=ids.instance_id, ContactId=started["ContactId"])


def test_the_example_in_one_process_runs_as_printed() -> None:
    done = subprocess.run(  # noqa: S603 - this interpreter, the page's own lines
        [sys.executable, "-c", IN_PROCESS], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answered, history = done.stdout.splitlines()
    assert answered.startswith("answer 200 {'ContactId': ")
    assert "TransferContact" in history
