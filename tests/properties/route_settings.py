"""The ``routes`` of a settings file, good and broken, and what must hold: taken, or refused with one sentence."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.deployment import parse
from contact_transfer_cdk.settings.patterns import LONGEST
from tests.properties.bodies import INSTANCE_ARN, ODD

_NAMES = ("weekend", "a.b-c_d", "weekend", "-", "", "x" * 33, "x" * 32, "é", "a b")
_TYPES = (
    "Amazon Connect Contact Event", "Connect Customer Contact Event", "Contact Lens Post Call Rules Matched", "Other",
    {"prefix": "Amazon"},
)  # fmt: skip
_MATCHES: tuple[Any, ...] = (
    "QUEUED", 7, True, None, [], ["x"], {}, {"prefix": "Q"}, {"prefix": 7}, {"suffix": {"equals-ignore-case": "x"}}, {"exists": True},
    {"exists": "no"}, {"anything-but": ["a", 1]}, {"anything-but": []}, {"numeric": [">", 5, "<=", 7]}, {"numeric": [">", "x"]},
    {"numeric": []}, {"cidr": "10.0.0.0/8"}, {"cidr": "10.0.0.0/99"}, {"wildcard": "a*b*"}, {"wildcard": "**"}, {"odd": 1},
    {"prefix": "a", "suffix": "b"}, {"equals-ignore-case": "x"}, float("inf"), "x" * 900,
)  # fmt: skip


def routes(random: Random) -> Any:
    """The value of ``routes``, as JSON would give it."""
    if random.random() < 0.04:
        return random.choice(ODD)
    return [_odd_or(random, _route(random)) for _ in range(random.choice((0, 1, 1, 1, 2, 3, 45)))]


def _odd_or(random: Random, usual: Any, chance: float = 0.03) -> Any:
    return random.choice(ODD) if random.random() < chance else usual


def _route(random: Random) -> dict[str, Any]:
    route = {
        "name": _odd_or(random, random.choice(_NAMES) if random.random() < 0.2 else f"route-{random.randrange(1000)}"),
        "when": _odd_or(random, _pattern(random)),
        "transfer": _odd_or(random, _transfer(random)),
    }
    if random.random() < 0.3:
        route["maxTransfersPerContact"] = _odd_or(random, random.choice((1, 2, 11, 12, 0, -1, 1.0, True, 10**30)))
    if random.random() < 0.3:
        route["afterMinutes"] = _odd_or(random, random.choice((0, 30, 10_080, 10_081, -1, 1.0, True)))
    if random.random() < 0.05:
        route.pop(random.choice(sorted(route)))
    if random.random() < 0.05:
        route["odd"] = 1
    return route


def _pattern(random: Random) -> dict[str, Any]:
    pattern: dict[str, Any] = {"detail-type": [random.choice(_TYPES) for _ in range(random.choice((1, 1, 1, 2)))]}
    if random.random() < 0.7:
        pattern["detail"] = _odd_or(random, _detail(random, 3))
    for name in ("source", "replay-name", "account", "region", "time", "$or", "odd"):
        if random.random() < 0.04:
            pattern[name] = _odd_or(random, [random.choice(("aws.connect", "shop", {"exists": False}))])
    return pattern


def _detail(random: Random, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(random.choice((0, 1, 1, 2))):
        name = random.choice(("eventType", "queueInfo", "channel", "instanceArn", "$or", "tags", ""))
        if depth and random.random() < 0.3:
            found[name] = _detail(random, depth - 1)
        else:
            found[name] = [
                INSTANCE_ARN if name == "instanceArn" else random.choice(_MATCHES)
                for _ in range(random.choice((0, 1, 1, 2)))
            ]
    if random.random() < 0.1:
        found["$or"] = [_detail(random, 0) for _ in range(random.choice((1, 2)))]
    return found


def _transfer(random: Random) -> dict[str, Any]:
    kinds = {"contactFlowId": 0.95, "queueId": 0.6, "userId": 0.1, "odd": 0.03}
    arn = {"contactFlowId": "contact-flow", "queueId": "queue", "userId": "agent", "odd": "odd"}
    drawn = {
        name: random.choice((f"id-{name}", f"{INSTANCE_ARN}/{arn[name]}/x"))
        for name, chance in kinds.items()
        if random.random() < chance
    }
    return {name: _odd_or(random, value) for name, value in drawn.items()}


def check(given: Any) -> str:
    """Parse a settings file with these routes: ``taken``, or ``refused`` with one sentence. Raise ``AssertionError``."""
    try:
        settings = parse("fuzz", {"instanceArns": [INSTANCE_ARN], "routes": given})
    except DeploymentError as error:
        _explained(str(error))
        return "refused"
    names = [route.name for route in settings.routes]
    assert len(set(names)) == len(names)
    for route in settings.routes:
        assert not (route.queue_id and route.user_id)
        assert 1 <= route.most <= 11
        pattern = route.pattern(settings.instances)
        assert pattern["source"] == ["aws.connect"]
        assert "$or" not in pattern
        assert pattern["replay-name"] == [{"exists": False}]
        assert len(json.dumps(pattern, separators=(",", ":"))) <= LONGEST
    return "taken"


def _explained(sentence: str) -> None:
    assert sentence.endswith(".")
    assert len(sentence) < 20_000
