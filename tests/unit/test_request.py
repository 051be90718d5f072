"""A request is checked once: every limit, every spelling, every list; and it is the same request however it is spelt."""

from __future__ import annotations

import pytest

from contact_transfer.request.field_types import Boolean, Text
from contact_transfer.request.fields import FIELDS
from contact_transfer.request.timestamps import instant
from contact_transfer.transfer.outcome import FailureCode
from tests.unit.reading import ARN, BASE, read, refusal

UNBOUND = {"instanceId", "expiresAt", "route"}  # bound by what they must be anyway


def test_every_spelling_of_a_request_is_one_request() -> None:
    spelt = {
        "instanceId": ARN,
        "contactId": f"{ARN}/contact/c",
        "contactFlowId": f"{ARN}/contact-flow/f",
        "queueId": f"{ARN}/queue/q",
    }
    assert read(spelt) == read(BASE) == read(BASE | {"instanceId": "inst"})
    assert read(spelt).name == read(BASE).name


@pytest.mark.parametrize(
    "limit",
    [
        (name, field.type.limit)
        for name, field in FIELDS.items()
        if isinstance(field.type, Text) and name not in UNBOUND
    ],
)
def test_limits_hold_to_the_character(limit: tuple[str, int]) -> None:
    name, most = limit
    base = {key: value for key, value in BASE.items() if not (name == "userId" and key == "queueId")}
    assert read(base | {name: "x" * most})
    code, message = refusal(base | {name: "x" * (most + 1)})
    assert code == FailureCode.INVALID_FIELD
    assert f"{name} is longer than {most}" in message


@pytest.mark.parametrize("name", [name for name in FIELDS if name != "userId"])
@pytest.mark.parametrize("value", [None, "", " ", "\u2003", 1, True, 1.5, [], {}])
def test_a_field_has_its_type_or_is_left_out(name: str, value: object) -> None:
    if value is True and isinstance(FIELDS[name].type, Boolean):
        assert read(BASE | {name: value})
        return
    assert refusal(BASE | {name: value})[0] == FailureCode.INVALID_FIELD


def test_null_is_explained() -> None:
    assert refusal(BASE | {"userId": None}) == (FailureCode.INVALID_FIELD, "userId is null; leave it out instead.")


@pytest.mark.parametrize(
    "spelt",
    [
        {"ContactId": "c", "ContactFlowId": "f", "QueueId": "q"},
        {"contact_id": "c", "contact_flow_id": "f", "queue_id": "q"},
        {"contactid": "c", "contactflowid": "f", "queueid": "q"},
    ],
)
def test_fields_in_another_case_are_named_and_not_called_missing(spelt: dict[str, str]) -> None:
    message = refusal(spelt)[1]
    assert message.count("did you mean") == 3
    assert "missing" not in message


def test_fields_beyond_ten_that_are_unknown_are_counted() -> None:
    assert "; 1 more field is unknown." in refusal(BASE | {f"x{number}": 1 for number in range(11)})[1]
    assert "; 2 more fields are unknown." in refusal(BASE | {f"x{number}": 1 for number in range(12)})[1]


def test_unknown_fields_are_refused_with_what_was_meant() -> None:
    code, message = refusal({"contactId": "c", "contactFlowId": "f", "queueID": "q", "contact_id": "c"})
    assert code == FailureCode.INVALID_FIELD
    assert "did you mean queueId?" in message
    assert "did you mean contactId?" in message


def test_an_unknown_name_that_is_not_a_word_is_not_repeated() -> None:
    assert "\u0000" not in refusal(BASE | {"\u0000secret": "x"})[1]
    assert "secret" not in refusal(BASE | {"\u0000secret": "x"})[1]


def test_the_lists_of_the_deployment() -> None:
    lists = {"allowed_contact_flow_ids": frozenset({"f"}), "allowed_queue_ids": frozenset({"q"})}
    assert read(BASE, **lists)
    assert refusal(BASE | {"contactFlowId": "g"}, **lists)[0] == FailureCode.FLOW_NOT_ALLOWED
    assert refusal(BASE | {"queueId": "r"}, **lists)[0] == FailureCode.DESTINATION_NOT_ALLOWED
    assert read({"contactId": "c", "contactFlowId": "f"}, **lists), "a flow-only transfer is ruled by the flows alone"
    assert read({"contactId": "c", "contactFlowId": "f", "userId": "u"}, **lists), "agents have a list of their own"


def test_a_route_must_be_configured() -> None:
    assert read(BASE | {"route": "night"}).route == "night"
    assert refusal(BASE | {"route": "day"})[0] == FailureCode.INVALID_FIELD


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0.0),
        ("1970-01-01t00:00:01z", 1.0),
        ("1970-01-01T01:00:00+01:00", 0.0),
        ("1969-12-31T23:30:00-00:30", 0.0),
        ("1970-01-01T00:00:00.25Z", 0.25),
        ("2016-12-31T23:59:60Z", 1_483_228_800.0),
        ("9999-12-31T23:59:59-23:59", 253_402_387_139.0),
    ],
)
def test_times_are_rfc_3339(text: str, seconds: float) -> None:
    assert instant(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "0000-01-01T00:00:00Z",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00+00:60",
        "1767225600",
        "2026-01-01T00:00:00,5Z",
        "٢٠٢٦-01-01T00:00:00Z",
        "2026-01-01 00:00:00Z",
    ],
)
def test_other_times_are_not(text: str) -> None:
    assert instant(text) is None
    assert refusal(BASE | {"expiresAt": text})[0] == FailureCode.INVALID_FIELD


def test_names_and_tokens_follow_from_the_request_alone() -> None:
    derived, named = read(BASE), read(BASE | {"requestId": "r"})
    assert derived.name != named.name
    assert derived.name.startswith("contact:c:")
    assert len({derived.client_token, named.client_token}) == 2
    assert named.name == read(BASE | {"requestId": "r", "queueId": "other"}).name
    assert named.client_token != read(BASE | {"requestId": "r", "queueId": "other"}).client_token
    assert derived.name == read(BASE | {"reason": "x", "expiresAt": "2030-01-01T00:00:00Z", "route": "night"}).name
    assert len(derived.client_token) <= 500


def test_a_queue_and_an_agent_of_one_id_are_two_requests() -> None:
    to_agent = {"contactId": "c", "contactFlowId": "f", "userId": "q"}
    assert read(to_agent).name != read(BASE).name
    assert read(to_agent).client_token != read(BASE).client_token
