"""The auditor can say no: each seeded bug is caught by a rule that is named for it."""

from __future__ import annotations

from importlib import import_module
from inspect import getattr_static, signature
from types import FunctionType

import pytest

from tests.simulation import campaign
from tests.simulation.seeded import SeededBug, TargetGone, always

#: Those that show within a few seeds; ``python -m tests.simulation bugs`` hunts all of them.
_QUICK = (
    "random-token",
    "empty-answer",
    "bad-request-raises",
    "minutes-for-hours",
    "no-failure-event",
    "failed-name-stays-bound",
    "wrong-identifier",
    "event-after-report",
    "attempt-not-noted",
    "silence-is-final",
    "success-told-once",
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
)


def _real(name: str) -> object:
    return import_module(f"contact_transfer.{name}")


@pytest.mark.parametrize("name", campaign.BUGS)
def test_the_targets_of_a_seeded_bug_are_there(name: str) -> None:
    bug = campaign.BUGS[name]
    assert bug.rules
    assert len(list(bug.made(_real))) == len(bug.changes)  # type: ignore[arg-type]  # modules


def _parameters(function: object) -> list[tuple[str, bool]] | None:
    """Names and kinds of what a function takes, as far as a caller must fit them; None: it takes whatever comes, or is no function."""
    if not isinstance(function, FunctionType):
        return None
    known = signature(function).parameters.values()
    if any(one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD) for one in known):
        return None
    return [(one.name if one.kind is one.KEYWORD_ONLY else "", one.kind is one.KEYWORD_ONLY) for one in known]


@pytest.mark.parametrize("name", campaign.BUGS)
def test_a_seeded_bug_takes_what_the_function_takes_that_it_replaces(name: str) -> None:
    for owner, target, made in campaign.BUGS[name].made(_real):  # type: ignore[arg-type]  # modules
        standing, replacing = _parameters(getattr_static(owner, target)), _parameters(made)
        assert standing is None or replacing is None or standing == replacing, target


def test_a_target_that_is_gone_is_an_error_with_the_bugs_name() -> None:
    bug = SeededBug("moved", "", ("b-twice",), {"transfer.service:Service.gone": always(None)})
    with pytest.raises(
        TargetGone, match=r"seeded bug moved: the service has no transfer.service:Service.gone any more"
    ):
        bug.found(_real, "transfer.service:Service.gone")  # type: ignore[arg-type]  # modules


@pytest.mark.parametrize("name", _QUICK)
def test_a_seeded_bug_is_caught_by_its_rule(name: str) -> None:
    caught = campaign.hunt(name, 1, 150)
    assert caught.rule in campaign.BUGS[name].rules
