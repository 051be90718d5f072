"""What is reported of a request that could not be read."""

from __future__ import annotations

import pytest

from contact_transfer.request.parser import Refused
from contact_transfer.transfer.outcome import FailureCode
from tests.unit.reading import ARN, BASE, read


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
def test_an_early_refusal_shows_ids_only(more: dict[str, str], code: FailureCode) -> None:
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
def test_what_is_no_id_is_not_shown(name: str, text: str) -> None:
    with pytest.raises(Refused) as refused:
        read({"contactId": "c", "contactFlowId": 7} | {name: text})
    assert name not in refused.value.known


def test_an_arn_of_another_instance_than_the_one_that_is_named_is_not_shown() -> None:
    with pytest.raises(Refused) as refused:
        read(
            {"instanceId": "inst", "contactId": f"{ARN}2/contact/c", "contactFlowId": 7}, instance_arns=(ARN, ARN + "2")
        )
    assert refused.value.known == {"instanceId": "inst"}
