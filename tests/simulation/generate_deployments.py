"""Two deployments that serve one instance, with a request for one contact in each."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from local.connect.model.quotas import Quotas
from tests.simulation.generate_reach import add, lost
from tests.simulation.scenario import Ask, Request, Scenario

_OPERATIONS = ("TransferContact", "DescribeContact", "DescribeContactFlow", "ListAssociatedContacts")
_QUEUES = ("Support", "Billing", "Overflow", "Supervisors")


def two_deployments(random: Random, made: Scenario) -> Scenario:
    """Each deployment is asked for the same contacts, mostly to different queues, at about the same time; answers get lost.

    Neither knows of the other, so Connect alone sees to it that a contact is transferred once: the old one ends at once.
    """
    of_one = made.deployments or made.expired_stay is not None or made.redrives or made.switch("answers_old_contact_id")
    if of_one:
        return made  # each is of one deployment; one story at a time
    first = len(made.contacts)
    requests: list[Request] = []
    asks: list[Ask] = []
    for number in range(6):
        at = random.random() * min(made.span, 600.0)
        queue = random.choice(_QUEUES)
        for which, where in enumerate((queue, queue if random.random() < 0.2 else random.choice(_QUEUES))):
            near = [at + random.choice((0.0, 0.5, 20.0)) * random.random()]
            near += [near[0] + 60.0 * random.random()] * (random.random() < 0.2)
            asks += [Ask(one, len(requests), deployment=which) for one in near]
            requests.append(Request(first + number, queue=where, request_id=f"of-{which}-{number}"))
    switches = {**dict(made.switches), "old_contact_active_for": 0.0}
    made = replace(made, switches=tuple(switches.items()), quotas=_for_both(made))
    made = add(made, ("task",) * 6, requests, asks)
    return lost(random, made, min(made.span, 600.0) + 60.0)


def _for_both(made: Scenario) -> tuple[tuple[str, float, float], ...]:
    """The account's quotas, raised so that both deployments may use what their settings say."""
    known = Quotas()
    given = {name: (rate, burst) for name, rate, burst in made.quotas}
    found = []
    for operation in _OPERATIONS:
        standing = known.rate(operation)
        rate, burst = given.get(operation) or ((standing.rate, standing.burst) if standing else (0.0, 0.0))
        found.append((operation, 2 * rate, 2 * burst))
    return tuple(found)
