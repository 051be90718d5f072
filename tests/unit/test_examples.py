"""The examples are such as can be used, and the page about doors says what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from contact_transfer.config.function_settings import FlowSettings
from contact_transfer.connect_flow.flow_event import read_flow_event
from contact_transfer.request.fields import FIELDS
from contact_transfer_cdk.settings.deployment import parse

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "doors.md").read_text("utf-8")
FLOW = json.loads((ROOT / "examples" / "transfer-flow.json").read_text("utf-8"))
ACTIONS: dict[str, dict[str, Any]] = {action["Identifier"]: action for action in FLOW["Actions"]}


def _next(action: dict[str, Any]) -> list[str]:
    transitions = action["Transitions"]
    branches = [*transitions.get("Conditions", []), *transitions.get("Errors", [])]
    return [*([transitions["NextAction"]] if transitions else []), *(branch["NextAction"] for branch in branches)]


def _branch(action: str, operand: str) -> str:
    [found] = [
        condition["NextAction"]
        for condition in ACTIONS[action]["Transitions"]["Conditions"]
        if condition["Condition"] == {"Operator": "Equals", "Operands": [operand]}
    ]
    return str(found)


def test_every_branch_of_the_example_flow_leads_somewhere_and_everything_is_reached() -> None:
    reached, waiting = set(), [FLOW["StartAction"]]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += _next(ACTIONS[name])
    assert reached == set(ACTIONS) == set(FLOW["Metadata"]["ActionMetadata"])
    assert all(_next(action) for action in ACTIONS.values() if action["Type"] != "DisconnectParticipant")


def test_the_example_flow_keeps_an_accepted_contact_alive_and_has_a_branch_for_every_other_end() -> None:
    [invoke] = [action for action in ACTIONS.values() if action["Type"] == "InvokeLambdaFunction"]
    assert int(invoke["Parameters"]["InvocationTimeLimitSeconds"]) <= 8
    assert invoke["Parameters"]["ResponseValidation"] == {"ResponseType": "STRING_MAP"}
    compare = invoke["Transitions"]["NextAction"]
    assert ACTIONS[compare]["Parameters"] == {"ComparisonValue": "$.External.status"}
    wait = _branch(compare, "ACCEPTED")
    assert ACTIONS[wait]["Type"] == "Wait"
    fallback = _branch(wait, "WaitCompleted")
    assert ACTIONS[fallback]["Type"] == "UpdateContactTargetQueue"
    assert fallback in _next(invoke)  # not stored
    assert fallback in _next(ACTIONS[_branch(compare, "REJECTED")])


def test_the_example_flows_parameters_are_accepted() -> None:
    instance = "arn:aws:connect:eu-central-1:123456789012:instance/11111111-2222-4333-8444-555555555555"
    [invoke] = [action for action in ACTIONS.values() if action["Type"] == "InvokeLambdaFunction"]
    contact = {"ContactId": "c", "Channel": "TASK", "InstanceARN": instance}
    details = {"ContactData": contact, "Parameters": invoke["Parameters"]["LambdaInvocationAttributes"]}
    asked = read_flow_event({"Details": details, "Name": "ContactFlowEvent"}, FlowSettings((instance,), "u"))
    assert asked.request.contact_id == "c"


def test_the_example_routes_are_settings_that_are_accepted() -> None:
    content = json.loads((ROOT / "examples" / "routes.json").read_text("utf-8"))
    routes = parse("example", content).routes
    assert [route.name for route in routes] == re.findall(r"^- `([\w-]+)`: ", PAGE, re.MULTILINE)


def test_the_page_names_the_parameters_of_a_flow() -> None:
    [row] = re.findall(r"^\| Parameters \| (.*) \|$", PAGE, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", row)) == set(FIELDS) - {"instanceId", "contactId"}
