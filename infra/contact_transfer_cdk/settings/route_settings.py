"""The ``routes`` of a deployment: which of Connect's events ask for which transfer, checked before synthesis."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contact_transfer_cdk.errors import DeploymentError, Problems
from contact_transfer_cdk.settings import reading
from contact_transfer_cdk.settings.arns import Instance
from contact_transfer_cdk.settings.contact_event import check_detail
from contact_transfer_cdk.settings.pattern_matching import could_match
from contact_transfer_cdk.settings.patterns import LONGEST, check_pattern

#: The detail-types of contact events: the documented one, and the one that a sample in the documentation prints.
CONTACT_EVENTS = ("Amazon Connect Contact Event", "Connect Customer Contact Event")
#: Events of Connect's own Rules begin with one or the other, depending on the age of the documentation.
_RULES = ("Contact Lens", "conversational analytics")
_RULES_MATCHED = re.compile(rf"(?:{'|'.join(_RULES)}) (.* Rules Matched)", re.IGNORECASE)
NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}"
#: Rules of an SQS queue's policy, which has at most 8 KB; each takes up to 120 bytes, and producers share the room.
MOST = 40
ROUTE_KEYS = ("name", "when", "transfer", "maxTransfersPerContact")
#: Keys of a route's ``transfer``, with the resource that each is an id of.
TRANSFER_KEYS = {"contactFlowId": "contact-flow", "queueId": "queue", "userId": "agent"}
#: A contact is transferred at most this many times, regardless of the caller. Source: TransferContact.
MOST_TRANSFERS = 11


@dataclass(frozen=True)
class Route:
    """``when``: the event pattern as it was given. Exactly the events that it matches ask for this transfer."""

    name: str
    when: Mapping[str, Any]
    contact_flow_id: str
    queue_id: str | None
    user_id: str | None
    most: int

    @property
    def of_rules(self) -> bool:
        """Whether its events come from Connect's own Rules: they name the contact by its ARN alone."""
        return self.when["detail-type"][0] not in CONTACT_EVENTS

    def pattern(self, instances: Iterable[Instance]) -> dict[str, Any]:
        """What the rule matches: ``when``, of Connect, of the deployment's instances, not replayed, in every spelling."""
        detail = {"instanceArn": [instance.arn for instance in instances], **self.when.get("detail", {})}
        return {
            **self.when,
            "source": ["aws.connect"],
            "detail-type": _spellings(self.when["detail-type"]),
            "detail": detail,
            "replay-name": [{"exists": False}],
        }


def parse_routes(entries: tuple[Mapping[str, Any], ...], instances: tuple[Instance, ...]) -> tuple[Route, ...]:
    """The routes of a settings file. Raise ``DeploymentError`` naming each route with what is wrong in it."""
    problems = Problems()
    routes = []
    for number, entry in enumerate(entries, 1):
        with problems.collecting():
            routes.append(_parse(number, entry, instances))
    with problems.collecting():
        _check_names([str(entry["name"]) for entry in entries if "name" in entry])
    with problems.collecting():
        if len(entries) > MOST:
            raise DeploymentError(f"'routes' has {len(entries)} entries and a queue's policy has room for {MOST}.")
    problems.raise_any()
    return tuple(routes)


def _check_names(names: list[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        if (other := seen.get(name.lower())) is not None:
            what = f"'{name}' twice" if other == name else f"'{other}' and '{name}', which differ only in case"
            raise DeploymentError(f"'routes' has {what}: a route's limit goes by its name, so give each its own.")
        seen[name.lower()] = name


def _parse(number: int, entry: Mapping[str, Any], instances: tuple[Instance, ...]) -> Route:
    name = entry.get("name")
    if not isinstance(name, str) or not re.fullmatch(NAME_PATTERN, name):
        raise DeploymentError(
            f"'routes': entry {number} needs a 'name' of up to 32 letters, digits, hyphens, dots and underscores."
        )
    problems = Problems()
    with problems.collecting(f"route '{name}': "):
        return _route(name, entry, instances)
    problems.raise_any()
    raise AssertionError("unreachable")


def _route(name: str, entry: Mapping[str, Any], instances: tuple[Instance, ...]) -> Route:
    problems = Problems()
    with problems.collecting():
        reading.refuse_unknown(entry, ROUTE_KEYS, "key")
    with problems.collecting():
        most = reading.whole("maxTransfersPerContact", entry.get("maxTransfersPerContact", 1), 1, MOST_TRANSFERS)
    with problems.collecting():
        flow, queue, user = _transfer(reading.an_object("transfer", entry.get("transfer")), instances)
    with problems.collecting():
        when = reading.an_object("when", entry.get("when"))
        _check_when(when, instances)
    problems.raise_any()
    route = Route(name, when, flow, queue, user, most)
    length = len(json.dumps(route.pattern(instances), separators=(",", ":")))
    if length > LONGEST:
        raise DeploymentError(f"'when' makes a pattern of {length:,} characters and EventBridge takes {LONGEST:,}.")
    return route


def _transfer(content: Mapping[str, Any], instances: tuple[Instance, ...]) -> tuple[str, str | None, str | None]:
    """Flow, queue and agent of a route's transfer."""
    reading.refuse_unknown(content, TRANSFER_KEYS, "key", "transfer")
    if "contactFlowId" not in content:
        raise DeploymentError("'transfer' needs a 'contactFlowId'.")
    if "queueId" in content and "userId" in content:
        raise DeploymentError("'transfer' has both 'queueId' and 'userId': a transfer has one destination.")
    flow, queue, user = (
        reading.one_id(key, content[key], kind, instances) if key in content else None
        for key, kind in TRANSFER_KEYS.items()
    )
    assert flow is not None  # noqa: S101 - checked above
    return flow, queue, user


def _check_when(when: Mapping[str, Any], instances: tuple[Instance, ...]) -> None:
    check_pattern(when, "when")
    if "$or" in when:
        raise DeploymentError(
            "when.$or cannot be set: source, detail-type and instances hold for all of a route's events; write the alternatives"
            " into 'detail', or make two routes."
        )
    if "replay-name" in when:
        raise DeploymentError("when.replay-name cannot be set: replayed events never ask for a transfer.")
    if when.get("source", ["aws.connect"]) != ["aws.connect"]:
        raise DeploymentError(
            'when.source can only be ["aws.connect"]: others ask for transfers on the deployment\'s bus, or in its queue.'
        )
    _check_types(when.get("detail-type", []))
    detail = when.get("detail", {})
    if not isinstance(detail, Mapping):
        raise DeploymentError("when.detail must be an object of fields.")
    arns = {instance.arn for instance in instances}
    named = detail.get("instanceArn")
    if named is not None and not all(isinstance(item, str) and item in arns for item in named):
        raise DeploymentError(
            "when.detail.instanceArn can only list some of the 'instanceArns'; without it, all are meant."
        )
    if any("instanceArn" in alternative for alternative in _alternatives(detail)):
        raise DeploymentError("when.detail.$or cannot name instanceArn: list it beside '$or', or make two routes.")
    if when["detail-type"][0] in CONTACT_EVENTS:
        check_detail(detail, "when.detail")
    _check_place(when, instances)


def _check_place(when: Mapping[str, Any], instances: tuple[Instance, ...]) -> None:
    """Events are published in the account and Region of their instance, so those of another one never come."""
    for key in ("account", "region"):
        own = {getattr(instance.place, key) for instance in instances}
        if key in when and not any(could_match(when[key], word) for word in own):
            raise DeploymentError(
                f"when.{key} does not match {', '.join(sorted(own))}, where this deployment's instances are, so nothing could"
                " match: leave it out."
            )


def _alternatives(level: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for alternative in level.get("$or", []):
        yield alternative
        yield from _alternatives(alternative)


def _check_types(types: Any) -> None:
    texts = [item for item in types if isinstance(item, str)] if isinstance(types, list) else []
    contacts = [item for item in texts if item in CONTACT_EVENTS]
    rules = [item for item in texts if _RULES_MATCHED.fullmatch(item)]
    if not texts or len(texts) != len(types) or len(contacts) + len(rules) != len(texts):
        raise DeploymentError(
            f"when.detail-type must list '{CONTACT_EVENTS[0]}', or events of Connect's Rules, as in"
            " 'Contact Lens Post Call Rules Matched': of others it is not known which contact they are about."
        )
    if contacts and rules:
        raise DeploymentError(
            "when.detail-type mixes contact events and events of Rules, which name the contact differently: make two routes."
        )


def _spellings(types: list[str]) -> list[Any]:
    if types[0] in CONTACT_EVENTS:
        return list(CONTACT_EVENTS)
    kinds = dict.fromkeys(match[1] for text in types if (match := _RULES_MATCHED.fullmatch(text)))
    return [{"equals-ignore-case": f"{prefix} {kind}"} for kind in kinds for prefix in _RULES]
