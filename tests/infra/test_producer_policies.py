"""A producer of another account needs both sides: the stack allows what its own policy, as docs/doors.md prints it, allows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from .conftest import INSTANCE, Assembly

pytestmark = [pytest.mark.synth, pytest.mark.xdist_group("synth")]

PAGE = (Path(__file__).parents[2] / "docs" / "doors.md").read_text("utf-8")
ROLE = "arn:aws:iam::999999999999:role/producer-of-another-account"
REGION = INSTANCE.split(":")[3]


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


PRINTED: list[dict[str, Any]] = [
    {**statement, "Resource": resource}
    for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    for statement in json.loads(block).get("Statement", [])
    for resource in _listed(statement["Resource"])
]
#: Where the stack keeps the policy of what an output names: resource type, part of the logical id, property.
POLICY_OF = {
    "${TransferQueueArn}": ("SQS::QueuePolicy", "Transfers", "PolicyDocument"),
    "${UrgentQueueArn}": ("SQS::QueuePolicy", "Urgent", "PolicyDocument"),
    "${QueueKeyArn}": ("KMS::Key", "KeysQueues", "KeyPolicy"),
    "${EventBusArn}": ("Events::EventBus", "", "Policy"),
}


@pytest.fixture(scope="module")
def assembly(synthesize: Callable[[str, Mapping[str, Any]], Assembly]) -> Assembly:
    return synthesize("other", {"instanceArns": [INSTANCE], "producerPrincipals": [ROLE]})


def _actions(statement: Mapping[str, Any]) -> set[str]:
    return set(_listed(statement["Action"]))


def _for_role(statement: Mapping[str, Any]) -> bool:
    principal = statement["Principal"]
    named = principal.get("AWS", []) if isinstance(principal, dict) else []
    return statement["Effect"] == "Allow" and ROLE in ([named] if isinstance(named, str) else named)


def test_the_page_prints_a_policy_for_the_queues_their_key_and_the_bus() -> None:
    assert {statement["Resource"] for statement in PRINTED} == set(POLICY_OF)


@pytest.mark.parametrize("printed", PRINTED, ids=lambda printed: f"{printed['Sid']} {printed['Resource']}")
def test_the_resource_allows_exactly_what_the_printed_statement_allows(
    assembly: Assembly, printed: dict[str, Any]
) -> None:
    kind, logical_id, document = POLICY_OF[printed["Resource"]]
    allowed = [one for one in assembly.one(kind, logical_id)[document]["Statement"] if _for_role(one)]
    assert set().union(*(_actions(one) for one in allowed)) == _actions(printed)
    condition = json.loads(json.dumps(printed.get("Condition", {})).replace("${AWS::Region}", REGION))
    assert [one.get("Condition", {}) for one in allowed] == [condition]


def test_every_output_that_the_page_names_is_there(assembly: Assembly) -> None:
    named = set(re.findall(r"\$\{(\w+)\}", PAGE))
    assert {"TransferQueueArn", "QueueKeyArn", "EventBusArn"} <= named - {"Output"}
    assert named - {"Output"} <= set(assembly.template["Outputs"])
