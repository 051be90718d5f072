"""What a deployment names exists in the simulated Connect: in the right instance, and flows of the right type."""

from __future__ import annotations

import pytest

from local.connect.resources import add_resource
from local.named import resources
from tests.local.connect.conftest import Scene
from tests.local.deployments import AGENT, FIRST, FLOW, QUEUE, SECOND, SECOND_FLOW, SECOND_QUEUE, TWO_INSTANCES


def test_lists_and_routes_name_resources_of_their_instance_each_once() -> None:
    assert set(resources(TWO_INSTANCES, (FIRST, SECOND))) == {
        f"{SECOND}/queue/{SECOND_QUEUE}",
        f"{SECOND}/contact-flow/{SECOND_FLOW}=QUEUE_TRANSFER",
        f"{FIRST}/contact-flow/{FLOW}",
        f"{FIRST}/queue/{QUEUE}",
        f"{FIRST}/agent/{AGENT}",
    }


def test_a_flow_that_moves_to_an_agent_or_to_nobody_has_that_type() -> None:
    def of(**transfer: str) -> set[str]:
        routes = [{"name": "r", "when": {}, "transfer": transfer}]
        return set(resources({"routes": routes}, (FIRST,)))

    assert of(contactFlowId=FLOW, userId=AGENT) == {
        f"{FIRST}/agent/{AGENT}",
        f"{FIRST}/contact-flow/{FLOW}=AGENT_TRANSFER",
    }
    assert of(contactFlowId=FLOW) == {f"{FIRST}/contact-flow/{FLOW}=CONTACT_FLOW"}


def test_a_resource_with_an_id_of_somebody_elses_choice_can_be_transferred_to(scene: Scene) -> None:
    arn = scene.connect.store.instances[scene.ids.instance_id].arn
    for text in (f"{arn}/queue/q-1", f"{arn}/agent/a-1", f"{arn}/contact-flow/f-1=QUEUE_TRANSFER"):
        add_resource(scene.connect, text)
    contact = scene.task()
    assert scene.transfer(contact, ContactFlowId="f-1", QueueId="q-1").status == 200
    assert scene.ask("DescribeUser", UserId="a-1").body["User"]["Id"] == "a-1"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("queue/q", "not the ARN of a flow, queue or agent"),
        ("{arn}/prompt/p", "not the ARN of a flow, queue or agent"),
        ("{arn}x/queue/q", "an instance that does not exist here"),
        ("{arn}/contact-flow/f=CUSTOMER_QUEUE", "cannot be a transfer's: AGENT_TRANSFER, CONTACT_FLOW, QUEUE_TRANSFER"),
    ],
)
def test_anything_else_is_refused_with_one_sentence(scene: Scene, text: str, words: str) -> None:
    arn = scene.connect.store.instances[scene.ids.instance_id].arn
    with pytest.raises(ValueError, match=words):
        add_resource(scene.connect, text.format(arn=arn))
