"""The scopes that are explored. To add one: a ``Plan`` in ``_PLANS``; ``python -m tests.exploration run --scope NAME`` explores it."""

from __future__ import annotations

from typing import Any

from tests.exploration.scope import Plan, Wanted
from tests.simulation.scenario import Request

_ENDED = frozenset({"Failed ContactNotActive"})
_SKIPPED = frozenset({"Skipped ConnectedToAgent", "Skipped ContactEnded"})
#: Connect shows late what a transfer did: the old contact is active for a while, and the new one does not show.
_LATE: dict[str, Any] = {"old_contact_active_for": 30.0, "successor_listed_after": 200.0}
_RIVALS = tuple(Wanted(Request(0, queue=queue), _ENDED) for queue in ("Support", "Billing"))
_BY_ROUTE = tuple(
    Wanted(Request(contact, queue="Support", route="once"), frozenset({"Failed RouteLimitReached"}))
    for contact in range(2)
)

_PLANS = (
    Plan("one", "one request", ("task",), (Wanted(Request(0, queue="Support")),)),
    Plan("twice", "the same request sent twice", ("task",), (Wanted(Request(0, queue="Support")),) * 2),
    Plan("rivals", "two requests for one contact, to different queues", ("task",), _RIVALS),
    Plan(
        "name",
        "one requestId with two sets of parameters, for two contacts",
        ("task", "task"),
        tuple(
            Wanted(Request(contact, queue="Support", request_id="order"), frozenset({"Failed IdempotencyMismatch"}))
            for contact in range(2)
        ),
    ),
    Plan(
        "goal",
        "one requestId with two destinations, for one contact",
        ("task",),
        tuple(
            Wanted(Request(0, queue=queue, request_id="order"), frozenset({"Failed IdempotencyMismatch"}))
            for queue in ("Support", "Billing")
        ),
    ),
    Plan(
        "route",
        "a route that may move a tree once, and two contacts of the tree",
        ("task", "sibling0"),
        _BY_ROUTE,
        settings={"routes": {"once": 1}},
    ),
    Plan(
        "follow",
        "a request that follows a contact which an agent has transferred",
        ("first1",),
        (Wanted(Request(0, queue="Billing", follow=True)),),
    ),
    Plan(
        "cancel",
        "a request, and a cancellation that is sent at any time",
        ("task",),
        (
            Wanted(Request(0, queue="Support", request_id="order"), frozenset({"Cancelled"})),
            Wanted(Request(cancels=("cancelRequestId", "order")), at_once=False),
        ),
    ),
    Plan(
        "skip",
        "a request for a contact that must wait, and an agent who may take the contact at any time",
        ("waiting",),
        (Wanted(Request(0, queue="Billing", waiting=True), _SKIPPED),),
        others=(("connect", {"contact": 0, "user": "ana"}),),
    ),
    Plan(
        "lanes",
        "an urgent request in the queue of the normal lane",
        ("task",),
        (Wanted(Request(0, queue="Support", priority="urgent")),),
    ),
    Plan(
        "agent",
        "a request, and an agent who may transfer the contact at any time",
        ("task",),
        (Wanted(Request(0, queue="Support"), _ENDED),),
        others=(("transfer", {"contact": 0, "queue": "Overflow"}),),
    ),
    Plan(
        "ended",
        "a request, and a contact that may end by itself at any time",
        ("task",),
        (Wanted(Request(0, queue="Support"), _ENDED),),
        others=(("end", {"contact": 0}),),
    ),
    Plan(
        "late",
        "a request; Connect shows for some time nothing of what a transfer did",
        ("task",),
        (Wanted(Request(0, queue="Support")),),
        switches=_LATE,
    ),
    Plan(
        "wait",
        "as late, where Connect forgets client tokens and whenInDoubt is wait",
        ("task",),
        (Wanted(Request(0, queue="Support")),),
        settings={"when_in_doubt": "wait"},
        switches={**_LATE, "token_forgotten_after": 0.0},
    ),
    Plan(
        "late-rivals",
        "two requests for one contact; Connect shows for some time nothing of what a transfer did",
        ("task",),
        _RIVALS,
        switches=_LATE,
    ),
)
PLANS = {plan.name: plan for plan in _PLANS}
