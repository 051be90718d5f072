"""A request is checked once: every limit, every spelling, every list; and it is the same request however it is spelt."""

from __future__ import annotations

from typing import Any

import pytest

from contact_transfer.config.worker_settings import Settings
from contact_transfer.request.field_types import Boolean, Text
from contact_transfer.request.fields import FIELDS
from contact_transfer.request.model import TransferRequest
from contact_transfer.request.parser import Refused, read_request
from contact_transfer.request.timestamps import instant
from contact_transfer.transfer.outcome import FailureCode

ARN = "arn:aws:connect:eu-west-2:111122223333:instance/inst"
UNBOUND = {"instanceId", "expiresAt", "route"}  # bound by what they must be anyway
BASE = {"contactId": "c", "contactFlowId": "f", "queueId": "q"}


def settings(**changes: Any) -> Settings:
    given: dict[str, Any] = {"instance_arns": (ARN,), "routes": {"night": 1}} | changes
    return Settings(
        transfer_queue_url="t",
        urgent_queue_url="u",
        dead_letter_queue_url="d",
        event_bus_name="b",
        ledger_table_name="l",
        **given,
    )


def read(given: dict[str, Any], **changes: Any) -> TransferRequest:
    return read_request(given, settings(**changes))


def refusal(given: dict[str, Any], **changes: Any) -> tuple[FailureCode, str]:
    with pytest.raises(Refused) as refused:
        read(given, **changes)
    return refused.value.failed.code, refused.value.failed.message


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


UUID = "3f1c2b9e-5a7d-4c1e-9b60-8d2f4e6a7c11"
UUID_ARN = f"arn:aws:connect:eu-west-2:111122223333:instance/{UUID}"


@pytest.mark.parametrize("instance", [None, UUID.upper(), UUID_ARN.replace(UUID, UUID.upper())])
def test_a_uuid_in_any_letter_case_is_one_id(instance: str | None) -> None:
    lower = {"contactId": UUID, "contactFlowId": UUID, "userId": UUID}
    upper = {
        "contactId": UUID.upper(),
        "contactFlowId": f"{UUID_ARN}/contact-flow/{UUID.upper()}",
        "userId": f"{UUID_ARN.replace(UUID, UUID.upper())}/agent/{UUID.title()}",
    }
    upper |= {} if instance is None else {"instanceId": instance}
    one, other = (
        read(lower, instance_arns=(UUID_ARN,)),
        read(upper, instance_arns=(UUID_ARN.replace(UUID, UUID.upper()),)),
    )
    assert one == other
    assert (one.name, one.client_token) == (other.name, other.client_token)
    assert other.contact_id == other.user_id == other.instance_id == UUID


def test_an_id_that_is_no_uuid_keeps_its_case() -> None:
    assert read(BASE | {"contactId": "Abc"}).contact_id == "Abc"
    assert read(BASE | {"contactId": f"x-{UUID.upper()}"}).contact_id == f"x-{UUID.upper()}"
    assert read(BASE | {"contactId": "Abc"}).name != read(BASE | {"contactId": "abc"}).name


@pytest.mark.parametrize("name", ["contactId", "contactFlowId", "queueId"])
@pytest.mark.parametrize("mark", "@+:/%#?&,;!*'\"()[]{}<>|\\^`$ ")
def test_an_id_with_another_character_is_refused(name: str, mark: str) -> None:
    code, message = refusal(BASE | {name: f"a{mark}b"})
    assert code == FailureCode.INVALID_FIELD
    assert name in message


def test_an_id_may_have_each_of_the_allowed_characters() -> None:
    assert read(BASE | {"contactId": "aZ09._-=~"}).contact_id == "aZ09._-=~"


@pytest.mark.parametrize(
    ("field", "noun"),
    [
        ("contactId", "a contact"),
        ("contactFlowId", "a contact-flow"),
        ("queueId", "a queue"),
        ("userId", "an agent"),
    ],
)
def test_a_refused_arn_is_explained_with_the_right_article(field: str, noun: str) -> None:
    given = {"contactId": "c", "contactFlowId": "f"} | {field: f"{ARN}/user/x"}
    assert f"{field} is neither an id nor the ARN of {noun} of instance inst." in refusal(given)[1]


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


@pytest.mark.parametrize("bad", ["a b", "a/b", "a\n", "..", "a%2e", "ä", "x:$SAVED", "arn:aws:connect"])
def test_an_id_has_no_separators(bad: str) -> None:
    assert refusal(BASE | {"contactId": bad})[0] == FailureCode.INVALID_FIELD


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:connect:eu-west-2:111122223333:instance/other/queue/q",
        "arn:aws:connect:eu-west-1:111122223333:instance/inst/queue/q",
        "arn:aws:connect:eu-west-2:999999999999:instance/inst/queue/q",
        "arn:aws-cn:connect:eu-west-2:111122223333:instance/inst/queue/q",
        f"{ARN}/agent/q",
        f"{ARN}/queue/",
        f"{ARN}/queue/a/b",
    ],
)
def test_an_arn_from_elsewhere_is_an_invalid_field(arn: str) -> None:
    code, message = refusal(BASE | {"queueId": arn})
    assert code == FailureCode.INVALID_FIELD
    assert "queueId" in message


@pytest.mark.parametrize("instance", ["other", "arn:aws:connect:eu-west-1:111122223333:instance/inst", ARN + "/x"])
def test_an_instance_that_is_not_served_is_not_allowed(instance: str) -> None:
    assert refusal(BASE | {"instanceId": instance})[0] == FailureCode.INSTANCE_NOT_ALLOWED


def test_several_instances_must_be_told_apart() -> None:
    two = (ARN, ARN + "2")
    assert refusal(BASE, instance_arns=two)[0] == FailureCode.INVALID_FIELD
    assert read(BASE | {"instanceId": "inst2"}, instance_arns=two).instance_id == "inst2"


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


def test_what_could_be_read_is_known_when_refused() -> None:
    with pytest.raises(Refused) as refused:
        read({"contactId": "c", "contactFlowId": 7, "reason": "why"})
    assert refused.value.known == {"contactId": "c", "reason": "why"}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"userId": f"{ARN}/agent/u"}, FailureCode.BOTH_DESTINATIONS),
        ({"expiresAt": "soon"}, FailureCode.INVALID_FIELD),
        ({"instanceId": "elsewhere"}, FailureCode.INSTANCE_NOT_ALLOWED),
    ],
)
def test_what_is_told_of_an_early_refusal_is_ids(more: dict[str, str], code: FailureCode) -> None:
    spelt = {"contactId": f"{ARN}/contact/c", "contactFlowId": f"{ARN}/contact-flow/f", "queueId": f"{ARN}/queue/q"}
    with pytest.raises(Refused) as refused:
        read({"instanceId": ARN, **spelt, "requestId": "r 1", "reason": "why", **more})
    assert refused.value.failed.code == code
    instance = {"instanceId": more.get("instanceId", "inst")}
    agent = {"userId": "u"} if "userId" in more else {}
    assert refused.value.known == BASE | instance | agent | {"requestId": "r 1", "reason": "why"}


@pytest.mark.parametrize("name", ["instanceId", "contactId", "contactFlowId", "queueId", "userId", "route"])
@pytest.mark.parametrize(
    "text",
    [
        "secret text of a customer",
        "arn:aws:connect:eu-west-1:999999999999:instance/x/contact/c",
        f"{ARN}/contact/a b",
        f"{ARN}/instance/x",
    ],
)
def test_what_is_no_id_is_not_told(name: str, text: str) -> None:
    with pytest.raises(Refused) as refused:
        read({"contactId": "c", "contactFlowId": 7} | {name: text})
    assert name not in refused.value.known


def test_an_arn_of_another_instance_than_the_one_that_is_named_is_not_told() -> None:
    with pytest.raises(Refused) as refused:
        read(
            {"instanceId": "inst", "contactId": f"{ARN}2/contact/c", "contactFlowId": 7}, instance_arns=(ARN, ARN + "2")
        )
    assert refused.value.known == {"instanceId": "inst"}
