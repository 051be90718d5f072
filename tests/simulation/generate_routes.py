"""Requests that come by a route: several contacts of one tree, some of which cannot be moved, and routes that set themselves off."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests.simulation.scenario import Loop, Request

_QUEUES = ("Support", "Billing", "Overflow", "Supervisors")
_TREES = ("task", "email", "chain10", "linked")
_NAMES = ("once", "often")

Drawn = tuple[tuple[str, ...], tuple[Request, ...], tuple[Loop, ...]]


def limits(random: Random) -> dict[str, int]:
    """How often each route may move a tree."""
    return {"once": 1, "often": random.choice((2, 3))}


def routed(random: Random, contacts: tuple[str, ...], requests: tuple[Request, ...]) -> Drawn:
    """Let some of what can be done come by a route, add more contacts to their trees, and let routes run in a loop."""
    kinds, asked = list(contacts), list(requests)
    for number, request in enumerate(requests):
        if request.codes or request.body is not None or kinds[request.contact] not in _TREES or random.random() < 0.3:
            continue
        route = random.choice(_NAMES)
        asked[number] = replace(request, route=route)
        while random.random() < 0.5:
            asked.append(_sibling(random, len(kinds), len(asked), route))
            kinds.append(f"sibling{request.contact}")
    loops = [_loop(random, name) for name in _NAMES if random.random() < 0.4]
    return tuple(kinds), tuple(asked), tuple(loops)


def _sibling(random: Random, contact: int, number: int, route: str) -> Request:
    """Another contact of the tree; now and then to where nothing can be moved, which gives back what it took."""
    name = f"sibling-{number}"
    if random.random() < 0.25:
        return Request(contact, queue="?", request_id=name, route=route, codes=frozenset({"DestinationNotFound"}))
    expires = random.choice((2.0, 20.0, 200.0)) if random.random() < 0.2 else None
    return Request(contact, queue=random.choice(_QUEUES), request_id=name, route=route, expires_in=expires)


def _loop(random: Random, route: str) -> Loop:
    """Each route moves to a queue of its own: a request's name does not know by which route it came."""
    queue = {"once": "Overflow", "often": "Supervisors"}[route]
    return Loop(route, queue, random.choice((0.5, 5.0, 60.0)), random.choice((1, 1, 2)))
