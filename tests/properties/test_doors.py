"""Whatever a flow, a settings file or an SQS record says, it is taken or refused as documented."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.bodies import INSTANCE_ARN
from tests.properties.flow_events import flow_event, invoke
from tests.properties.records import park, record
from tests.properties.route_settings import check, routes

# Connect and JSON have no lone surrogates.
_TEXT = st.text(st.characters(codec="utf-8"), max_size=10)
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize("seed", range(2))
def test_thousands_of_flow_events_are_answered(seed: int) -> None:
    random = Random(seed)
    answers = {invoke(random, flow_event(random)) for _ in range(3000)}
    assert {"ACCEPTED", "not stored", "InvalidField", "UnsupportedChannel", "MalformedMessage"} <= answers


@settings(max_examples=150, deadline=None)
@given(event=_JSON, parameters=_JSON)
def test_any_event_of_a_flow_is_answered(event: Any, parameters: Any) -> None:
    random = Random(1)
    invoke(random, event)
    contact = {"ContactId": "a-contact", "InstanceARN": INSTANCE_ARN}
    invoke(random, {"Details": {"ContactData": contact, "Parameters": parameters}})


@pytest.mark.parametrize("seed", range(2))
def test_thousands_of_routes_are_taken_or_refused(seed: int) -> None:
    random = Random(seed)
    assert {check(routes(random)) for _ in range(1000)} == {"taken", "refused"}


@settings(max_examples=150, deadline=None)
@given(value=_JSON)
def test_any_routes_at_all_are_taken_or_refused(value: Any) -> None:
    check(value)
    check([{"name": "one", "when": value, "transfer": {"contactFlowId": "flow"}}])


@pytest.mark.parametrize("seed", range(2))
def test_thousands_of_records_are_read_and_parked(seed: int) -> None:
    random = Random(seed)
    ways = {park(random, record(random)) for _ in range(2000)}
    assert ways == {"with its own attributes", "with its reason", "with nothing but its body"}
