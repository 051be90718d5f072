"""``transfers probe`` finds out what AWS leaves undocumented: each drawn behaviour, within its budget, and nothing is left behind.

``python -m tests.probe`` draws a thousand.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from tests.probe.draws import Stage, draw, probed, stage, staged
from tests.probe.lies import MakesTwins, NamesNobody, Resurrects
from tests.probe.truth import wrong
from transfers_cli.probe.answers import ClientWire
from transfers_cli.probe.contacts import Place
from transfers_cli.probe.findings import State
from transfers_cli.probe.pace import rate
from transfers_cli.probe.probe import Result


@pytest.mark.parametrize("ten", range(3))
def test_every_drawn_behaviour_is_found_or_said_not_to_be_settled(ten: int) -> None:
    for number in range(10 * ten, 10 * ten + 10):
        one = draw(number)
        made = staged(one)
        assert list(wrong(one, made, probed(made, one.budget))) == [], f"python -m tests.probe --only {number}"


def test_with_time_enough_everything_is_settled_that_needs_nothing_else() -> None:
    result = probed(stage(1), 90)
    open_ends = {one.behaviour.name: one.sentence for one in result.findings if one.state is not State.SETTLED}
    assert set(open_ends) == {
        "rejection.channel",
        "limit.active-tasks",
        "state.after-contact-work",
        "region.wrong",
        "events.types",
    }
    assert all(sentence.startswith("it needs ") for sentence in open_ends.values())


def test_what_does_not_fit_the_budget_is_said_not_to_be_settled() -> None:
    result = probed(stage(2), 5)
    sentences = {one.behaviour.name: (one.state, one.sentence) for one in result.findings}
    assert sentences["token.after-10-min"] == sentences["token.after-60-min"] == (State.NOT_SETTLED, "budget")
    assert result.seconds <= 300


@pytest.mark.parametrize("number", range(6))
def test_ctrl_c_at_any_time_leaves_nothing_behind(number: int) -> None:
    made = staged(draw(number + 100))
    result = probed(made, 90, stop_after=Random(number).uniform(0.0, 400.0))
    assert (made.active(), result.left, result.interrupted) == ([], {}, True)


def test_it_stays_within_its_share_of_the_quotas() -> None:
    made = stage(3, associated_page_size=1.0, contact_described_after=20.0)
    result = probed(made, 30)
    by_operation: dict[str, list[float]] = {}
    for call in made.connect.history.calls:
        by_operation.setdefault(call.operation, []).append(call.time)
    for operation, times in by_operation.items():
        for count in (10, 30):
            spans = [later - at for at, later in zip(times, times[count:], strict=False)]
            assert all(span >= (count - 3) / rate(operation) for span in spans), operation
    assert len(result.journal) == len(made.connect.history.calls)


def test_a_voice_contact_that_is_given_is_refused_and_left_alone() -> None:
    made = stage(4)
    call = made.connect.call(
        "StartOutboundVoiceContact",
        InstanceId=made.place.instance_id,
        ContactFlowId=made.place.start_flow,
        DestinationPhoneNumber="+15550100",
    )["ContactId"]
    result = probed(made, 15, contact=call)
    found = {one.behaviour.name: one.value for one in result.findings}
    assert found["rejection.channel"] == "400 InvalidRequestException"
    assert made.active() == [call]


def test_a_task_that_is_given_for_a_voice_contact_is_not_touched() -> None:
    made = stage(5)
    task = made.connect.call(
        "StartTaskContact", InstanceId=made.place.instance_id, ContactFlowId=made.place.start_flow, Name="somebody's"
    )["ContactId"]
    result = probed(made, 15, contact=task)
    sentences = {one.behaviour.name: one.sentence for one in result.findings}
    assert "left alone" in sentences["rejection.channel"]
    assert made.active() == [task]


def test_what_others_do_is_no_finding_and_their_contacts_stay() -> None:
    made = stage(6)
    task = made.connect.call(
        "StartTaskContact", InstanceId=made.place.instance_id, ContactFlowId=made.place.start_flow, Name="somebody's"
    )["ContactId"]
    probed(made, 15)
    assert made.active() == [task]


@pytest.mark.parametrize("flow", ["Retired", "Draft"])
def test_a_flow_that_cannot_be_used_is_told_and_nothing_is_left(flow: str) -> None:
    made = stage(7)
    wrongly = Stage(made.connect, made.clock, made.client, made.ids, _with_flow(made, made.ids.flows[flow]))
    result = probed(wrongly, 5)
    sentences = {one.behaviour.name: one.sentence for one in result.findings}
    assert "a test contact could not be transferred: 400" in sentences["token.at-once"]
    assert made.active() == []


def _with_flow(made: Stage, flow: str) -> Place:
    return replace(made.place, flow=flow)


def unexpected(result: Result) -> dict[str, tuple[int, ...]]:
    return {one.behaviour.name: one.evidence for one in result.findings if one.state is State.UNEXPECTED}


@pytest.mark.parametrize(
    ("lie", "shows_in"),
    [
        (NamesNobody, {"token.at-once", "token.after-10-s", "token.after-1-min", "token.after-10-min"}),
        (Resurrects, {"answers.agree"}),
        (MakesTwins, {"answers.agree", "token.at-once", "token.after-10-s", "token.after-1-min", "token.after-10-min"}),
    ],
)
def test_what_nobody_thought_of_is_reported_as_unexpected_with_its_evidence(
    lie: type[ClientWire], shows_in: set[str]
) -> None:
    made = stage(8)
    result = probed(made, 30, wire=lie(made))
    found = unexpected(result)
    assert shows_in <= set(found)
    for numbers in found.values():
        assert numbers
        assert all(result.journal[number].request_id for number in numbers)
    assert made.active() == []
