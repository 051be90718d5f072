"""The scopes that are explored."""

from __future__ import annotations

from tests.exploration.scope import Plan, Wanted
from tests.simulation.scenario import Request

_LOSES = frozenset({"Failed ContactNotActive"})


def _plans() -> tuple[Plan, ...]:
    return (
        Plan("one", "one request", ("task",), (Wanted(Request(0, queue="Support")),)),
        Plan(
            "rivals",
            "two requests for one contact, to different queues",
            ("task",),
            tuple(Wanted(Request(0, queue=queue), _LOSES) for queue in ("Support", "Billing")),
        ),
    )


PLANS = {plan.name: plan for plan in _plans()}
