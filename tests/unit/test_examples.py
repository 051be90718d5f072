"""The examples can be used as they are, and the page about sources says what the code does."""

from __future__ import annotations

import json
import re
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from contact_transfer.config.function_settings import FlowSettings
from contact_transfer.connect_flow.flow_event import read_flow_event
from contact_transfer.request.fields import FIELDS
from contact_transfer_cdk.settings.deployment import parse
from tests.unit.flow_blocks import ALL, FLOW_TYPES_OF_BLOCK

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "doors.md").read_text("utf-8")
Actions = dict[str, dict[str, Any]]
WAITING, QUEUEING = "transfer-flow.json", "transfer-flow-without-wait.json"
#: Each example flow, and the flow types that the page says it can be imported as.
FLOWS = {WAITING: {"CONTACT_FLOW"}, QUEUEING: {"CONTACT_FLOW", "AGENT_TRANSFER", "QUEUE_TRANSFER"}}


def _flow(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((ROOT / "examples" / name).read_text("utf-8"))
    return content


def _actions(name: str) -> Actions:
    return {action["Identifier"]: action for action in _flow(name)["Actions"]}


def _next(action: dict[str, Any]) -> list[str]:
    transitions = action["Transitions"]
    branches = [*transitions.get("Conditions", []), *transitions.get("Errors", [])]
    return [*([transitions["NextAction"]] if transitions else []), *(branch["NextAction"] for branch in branches)]


def _branch(action: dict[str, Any], operand: str) -> str:
    [found] = [
        condition["NextAction"]
        for condition in action["Transitions"]["Conditions"]
        if condition["Condition"] == {"Operator": "Equals", "Operands": [operand]}
    ]
    return str(found)


def _invocation(actions: Actions) -> dict[str, Any]:
    [invoke] = [action for action in actions.values() if action["Type"] == "InvokeLambdaFunction"]
    return invoke


def test_every_example_flow_is_tested() -> None:
    assert {path.name for path in (ROOT / "examples").glob("*flow*.json")} == set(FLOWS)


@pytest.mark.parametrize("name", FLOWS)
def test_every_block_of_an_example_flow_is_allowed_in_the_flow_types_it_is_for(name: str) -> None:
    allowed = reduce(frozenset.intersection, (FLOW_TYPES_OF_BLOCK[one["Type"]] for one in _actions(name).values()), ALL)
    assert allowed == FLOWS[name]


@pytest.mark.parametrize("name", FLOWS)
def test_every_branch_of_an_example_flow_leads_somewhere_and_every_block_is_reached(name: str) -> None:
    actions = _actions(name)
    reached, waiting = set(), [_flow(name)["StartAction"]]
    while waiting:
        identifier = waiting.pop()
        if identifier not in reached:
            reached.add(identifier)
            waiting += _next(actions[identifier])
    assert reached == set(actions) == set(_flow(name)["Metadata"]["ActionMetadata"])
    assert all(_next(action) for action in actions.values() if action["Type"] != "DisconnectParticipant")


@pytest.mark.parametrize("name", FLOWS)
def test_an_example_flow_invokes_the_function_as_the_page_says(name: str) -> None:
    invoke = _invocation(_actions(name))
    assert int(invoke["Parameters"]["InvocationTimeLimitSeconds"]) <= 8
    assert invoke["Parameters"]["ResponseValidation"] == {"ResponseType": "STRING_MAP"}
    compare = _actions(name)[invoke["Transitions"]["NextAction"]]
    assert compare["Parameters"] == {"ComparisonValue": "$.External.status"}


def test_the_waiting_flow_keeps_an_accepted_contact_alive_and_has_a_branch_for_every_other_end() -> None:
    actions = _actions(WAITING)
    invoke = _invocation(actions)
    compare = actions[invoke["Transitions"]["NextAction"]]
    wait = actions[_branch(compare, "ACCEPTED")]
    assert wait["Type"] == "Wait"
    fallback = _branch(wait, "WaitCompleted")
    assert actions[fallback]["Type"] == "UpdateContactTargetQueue"
    assert fallback in _next(invoke)  # not stored
    assert fallback in _next(actions[_branch(compare, "REJECTED")])


def test_the_flow_without_wait_keeps_the_contact_alive_in_a_queue_whatever_the_answer() -> None:
    actions = _actions(QUEUEING)
    invoke = _invocation(actions)
    compare = actions[invoke["Transitions"]["NextAction"]]
    queueing = _branch(compare, "ACCEPTED")
    assert actions[queueing]["Type"] == "UpdateContactTargetQueue"
    assert actions[actions[queueing]["Transitions"]["NextAction"]]["Type"] == "TransferContactToQueue"
    assert queueing in _next(invoke)  # not stored
    assert queueing in _next(actions[_branch(compare, "REJECTED")])


@pytest.mark.parametrize("name", FLOWS)
def test_the_parameters_of_an_example_flow_are_accepted(name: str) -> None:
    instance = "arn:aws:connect:eu-central-1:123456789012:instance/11111111-2222-4333-8444-555555555555"
    contact = {"ContactId": "c", "Channel": "TASK", "InstanceARN": instance}
    parameters = _invocation(_actions(name))["Parameters"]["LambdaInvocationAttributes"]
    event = {"Details": {"ContactData": contact, "Parameters": parameters}, "Name": "ContactFlowEvent"}
    assert read_flow_event(event, FlowSettings((instance,), "t", "u")).request.contact_id == "c"


def test_the_example_routes_are_settings_that_are_accepted() -> None:
    content = json.loads((ROOT / "examples" / "routes.json").read_text("utf-8"))
    routes = parse("example", content).routes
    assert [route.name for route in routes] == re.findall(r"^- `([\w-]+)`: ", PAGE, re.MULTILINE)


def test_the_routes_that_the_page_prints_are_settings_that_are_accepted() -> None:
    printed = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL) if '"when"' in block]
    content = json.loads((ROOT / "examples" / "routes.json").read_text("utf-8"))
    routes = parse("example", {**content, "routes": printed}).routes
    assert [route.name for route in routes] == ["half-an-hour", "busy"]


def test_the_ladder_is_settings_that_are_accepted() -> None:
    content = json.loads((ROOT / "examples" / "ladder.json").read_text("utf-8"))
    assert [route.after_minutes for route in parse("example", content).routes] == [30, 60]


def test_the_page_names_the_parameters_of_a_flow() -> None:
    [row] = re.findall(r"^\| Parameters \| (.*) \|$", PAGE, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", row)) == set(FIELDS) - {"instanceId", "contactId"}


def test_the_page_says_where_the_wait_block_exists() -> None:
    rows = re.findall(r"^\| ([\w ,]+) \| (yes|no) \|", PAGE, re.MULTILINE)
    with_wait = {name for names, answer in rows if answer == "yes" for name in names.split(", ")}
    assert with_wait == {"inbound", "customer queue"}
    assert FLOW_TYPES_OF_BLOCK["Wait"] == {"CONTACT_FLOW", "CUSTOMER_QUEUE"}
