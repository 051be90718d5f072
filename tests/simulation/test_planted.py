"""The auditor can say no: bugs planted in the real service are caught, and planting fails loudly where the code has moved on."""

from __future__ import annotations

import pytest

from tests.simulation import campaign
from tests.simulation.subject import AnchorLost, Edit, load

#: Those that show within a few seeds; ``python -m tests.simulation bugs`` hunts all of them.
_QUICK = (
    "random-token",
    "report-before-park",
    "empty-answer",
    "bad-request-raises",
    "minutes-for-hours",
    "no-failure-event",
    "failed-name-stays-bound",
    "wrong-identifier",
    "event-after-report",
    "attempt-not-noted",
    "timeout-is-final",
    "success-told-once",
    "short-lease",
    "expiry-ignored",
    "held-is-gone",
    "deferral-announced",
    "announced-as-another",
    "wrong-arn",
    "attempts-not-counted",
    "parked-without-name",
    "foreign-source",
    "permanent-deferred",
    "mates-wait-behind-bad",
    "mates-sent-back",
)


@pytest.mark.parametrize("name", _QUICK)
def test_a_planted_bug_is_caught_by_its_rule(name: str) -> None:
    caught = campaign.hunt(name, 1, 150)
    assert caught.rule in campaign.BUGS[name].rules


@pytest.mark.parametrize("name", campaign.BUGS)
def test_every_planted_bug_still_finds_its_place(name: str) -> None:
    bug = campaign.BUGS[name]
    assert bug.rules
    load(bug.edits)


def test_there_are_as_many_as_promised() -> None:
    kinds = [bug.interleaving for bug in campaign.BUGS.values()]
    assert len(kinds) >= 25
    assert sum(kinds) >= 12


def test_a_lost_anchor_is_an_error() -> None:
    with pytest.raises(AnchorLost, match="found 0 times"):
        load((Edit("transfer.service", "this text is not in the service", ""),))
