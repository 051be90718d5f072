"""The same call made again after a lost answer: what a refusal, a conflict or another lost answer to it says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from local.connect.model import FaultKind
from tests.component.services import START
from tests.component.world import World

NewWorld = Callable[..., World]


def _last(world: World, *answers: str) -> float:
    calls = [call for call in world.connect.history.calls if call.operation == "TransferContact"]
    return max(call.time for call in calls if not answers or call.code in answers)


def test_a_conflict_leaves_the_request_in_doubt_for_settle_minutes(world: World) -> None:
    """Connect knows the token, or somebody in between lost its answer: a definite refusal that follows settles nothing earlier."""
    world.lose(FaultKind.HANG)
    world.lose(FaultKind.CONFLICT, calls=6)
    world.send(world.request(world.contact(), queueId="nowhere"))
    world.settle()
    assert world.codes == ["OutcomeUnknown"]
    assert "Queue nowhere is not known" in world.dead[0]["FailureMessage"]
    assert _last(world, "IdempotencyException") > START + 30
    assert world.time.now >= _last(world, "IdempotencyException") + 15 * 60


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.CONFLICT])
def test_after_its_time_a_request_in_doubt_is_not_called_for_again(new_world: NewWorld, kind: FaultKind) -> None:
    """Else answers that are lost one after the other would keep it in doubt for as long as SQS keeps its message."""
    world = new_world(retry_for_hours=2.0)
    world.lose(kind, calls=1000)
    world.send(world.request(world.contact()))
    world.settle()
    assert world.codes == ["RetriesExhausted"]
    assert _last(world) < START + 2 * 3600
    assert world.time.now < START + 3 * 3600


@pytest.mark.parametrize("answers", [("not-found", "invalid-request"), ("invalid-request", "not-found")])
def test_two_different_refusals_after_a_lost_answer_prove_nothing(world: World, answers: tuple[str, str]) -> None:
    """Both are what Connect says of a contact that the lost call has moved, and neither proves that it did not."""
    world.connect.set_switches(token_forgotten_after=0.0, end_shown_after=120.0, successor_listed_after=300.0)
    message = world.send(world.request(world.contact()))
    world.lose(FaultKind.LOST_RESET)
    world.once()
    for answer in answers:
        world.connect.set_switches(ended_contact_answers=answer)
        world.time.now = message.visible_at
        assert world.once() == [message.message_id], "nothing is known yet"
    world.settle()
    codes = {call.code for call in world.connect.history.calls if call.operation == "TransferContact"}
    assert codes >= {"ResourceNotFoundException", "InvalidRequestException"}
    assert world.codes == []
    assert [detail["newContactId"] for detail in world.published("Succeeded")] == [new for _, new in world.transfers]
