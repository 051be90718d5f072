"""Ids and ARNs in a request: every spelling is one id, and what is no id is refused."""

from __future__ import annotations

import pytest

from contact_transfer.transfer.outcome import FailureCode
from tests.unit.reading import ARN, BASE, read, refusal

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


def test_the_same_request_id_in_two_instances_is_two_names() -> None:
    two = (ARN, ARN + "2")
    assert refusal(BASE, instance_arns=two)[0] == FailureCode.INVALID_FIELD
    assert read(BASE | {"instanceId": "inst2"}, instance_arns=two).instance_id == "inst2"
