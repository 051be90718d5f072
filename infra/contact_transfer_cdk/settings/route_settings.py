"""The ``routes`` of a deployment: which of Connect's events ask for which transfer, checked before synthesis."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from contact_transfer.request.envelope import MOST_MINUTES
from contact_transfer.request.fields import FIELDS, problem
from contact_transfer.request.lanes import Lane
from contact_transfer_cdk.errors import DeploymentError, Problems
from contact_transfer_cdk.settings import reading
from contact_transfer_cdk.settings.arns import Instance
from contact_transfer_cdk.settings.patterns import LONGEST
from contact_transfer_cdk.settings.route_pattern import CONTACT_EVENTS, check_when, own_region, spellings
from contact_transfer_cdk.settings.sweep_settings import (
    METRICS_RULES_MATCHED,
    SWEEP_KEYS,
    Sweep,
    check_sweep_pattern,
    is_sweeping,
    parse_sweep,
    sweep_pattern,
)

NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}"
#: Rules of an SQS queue's policy, which has at most 8 KB; each takes up to 120 bytes, and producers share the room.
MOST = 40
ROUTE_KEYS = (
    "name",
    "when",
    "transfer",
    "sweep",
    "maxTransfersPerContact",
    "priority",
    "afterMinutes",
    "onlyIfWaiting",
    "onlyIfInQueueId",
    "follow",
)
#: What says when or whether one contact is transferred: not for sweeps.
_OF_ONE_CONTACT = ("afterMinutes", "onlyIfWaiting", "onlyIfInQueueId", "follow")
#: Keys of a route's ``transfer``, with the resource that each is an id of.
TRANSFER_KEYS = {"contactFlowId": "contact-flow", "queueId": "queue", "userId": "agent"}
#: A contact is transferred at most this many times, regardless of the caller. Source: TransferContact.
MOST_TRANSFERS = 11


@dataclass(frozen=True)
class Route:
    """``when``: the event pattern as it was given. Exactly the events that it matches ask for this transfer.

    ``after_minutes``: how long after the event its request is carried out.
    ``sweep``: the event names queues in place of a contact, and the transfer is of what waits there.
    """

    name: str
    when: Mapping[str, Any]
    contact_flow_id: str
    queue_id: str | None
    user_id: str | None
    most: int
    priority: str | None = None
    sweep: Sweep | None = None
    after_minutes: int | None = None
    only_if_waiting: bool | None = None
    only_if_in_queue_id: str | None = None
    follow: bool | None = None

    @property
    def lane(self) -> Lane:
        """The lane of its requests."""
        return Lane(self.priority or Lane.NORMAL)

    @property
    def of_rules(self) -> bool:
        """Whether its events come from Connect's own Rules: they name the contact by its ARN alone."""
        return self.when["detail-type"][0] not in CONTACT_EVENTS

    def pattern(self, instances: tuple[Instance, ...]) -> dict[str, Any]:
        """What the rule matches: ``when``, of Connect, of the deployment's instances and Region, not replayed, in every spelling."""
        if self.sweep is not None:
            return sweep_pattern(self.when, instances)
        given = self.when.get("detail", {})
        detail = {
            "instanceArn": [instance.arn for instance in instances],
            **given,
            "globalResiliencyMetadata": {
                **given.get("globalResiliencyMetadata", {}),
                "originRegion": own_region(instances),
            },
        }
        return {
            **self.when,
            "source": ["aws.connect"],
            "detail-type": spellings(self.when["detail-type"]),
            "detail": detail,
            "replay-name": [{"exists": False}],
        }


def parse_routes(entries: tuple[Mapping[str, Any], ...], instances: tuple[Instance, ...]) -> tuple[Route, ...]:
    """The routes of a settings file. Raise ``DeploymentError`` naming each route with what is wrong in it.

    ``entries``: as the file has them.
    """
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
    options = _options(entry, instances, problems)
    with problems.collecting():
        flow, queue, user, sweep = _content(entry, instances)
    with problems.collecting():
        when = reading.an_object("when", entry.get("when"))
        check_sweep_pattern(when) if is_sweeping(entry) else check_when(when, instances)
    problems.raise_any()
    route = Route(name, when, flow, queue, user, most, sweep=sweep, **options)
    length = len(json.dumps(route.pattern(instances), separators=(",", ":")))
    if length > LONGEST:
        raise DeploymentError(f"'when' makes a pattern of {length:,} characters and EventBridge takes {LONGEST:,}.")
    return route


def _options(entry: Mapping[str, Any], instances: tuple[Instance, ...], problems: Problems) -> dict[str, Any]:
    """What a route says of its requests beside their transfer, as arguments of ``Route``; ``problems`` collects what is wrong."""
    fields = {"priority": "priority", "only_if_waiting": "onlyIfWaiting", "follow": "follow"}
    options = {attribute: _field(name, entry, problems) for attribute, name in fields.items()}
    with problems.collecting():
        if (key := "onlyIfInQueueId") in entry:
            options["only_if_in_queue_id"] = reading.one_id(key, entry[key], "queue", instances)
    with problems.collecting():
        options["after_minutes"] = reading.whole("afterMinutes", entry.get("afterMinutes", 0), 0, MOST_MINUTES) or None
    return options


def _field(name: str, entry: Mapping[str, Any], problems: Problems) -> Any:
    """A key of a route that is a field of its requests; None when it was left out, or is wrong, which ``problems`` then say."""
    if name not in entry:
        return None
    with problems.collecting():
        if wrong := problem(name, entry[name]):
            raise DeploymentError(f"'{name}' {wrong}.")
        return FIELDS[name].type.read(entry[name])
    return None


def _content(
    entry: Mapping[str, Any], instances: tuple[Instance, ...]
) -> tuple[str, str | None, str | None, Sweep | None]:
    """Flow, queue and agent of a route's transfer or sweep, and what else the sweep says."""
    if not is_sweeping(entry):
        return (*_transfer("transfer", TRANSFER_KEYS, entry, instances), None)
    if "transfer" in entry:
        raise DeploymentError(
            f"'{METRICS_RULES_MATCHED}' names queues and no contact: such a route has a 'sweep' in place of 'transfer'."
        )
    if found := [key for key in _OF_ONE_CONTACT if key in entry]:
        raise DeploymentError(f"a 'sweep' moves what waits in a queue when its event comes: leave '{found[0]}' out.")
    target = _transfer("sweep", SWEEP_KEYS, entry, instances)
    return (*target, parse_sweep(entry["sweep"]))


def _transfer(
    key: str, known: Collection[str], entry: Mapping[str, Any], instances: tuple[Instance, ...]
) -> tuple[str, str | None, str | None]:
    """Flow, queue and agent of a route's transfer or sweep, which has ``known`` keys."""
    content = reading.an_object(key, entry.get(key))
    reading.refuse_unknown(content, known, "key", key)
    if "contactFlowId" not in content:
        raise DeploymentError(f"'{key}' needs a 'contactFlowId'.")
    if "queueId" in content and "userId" in content:
        raise DeploymentError(f"'{key}' has both 'queueId' and 'userId': a transfer has one destination.")
    flow, queue, user = (
        reading.one_id(key, content[key], kind, instances) if key in content else None
        for key, kind in TRANSFER_KEYS.items()
    )
    assert flow is not None  # noqa: S101 - checked above
    return flow, queue, user
