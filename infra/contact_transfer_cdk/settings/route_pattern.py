"""The ``when`` of a route: an event pattern that must match contact events, or events of Connect's Rules, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from contact_transfer_cdk.errors import DeploymentError, Problems
from contact_transfer_cdk.settings.arns import Instance
from contact_transfer_cdk.settings.contact_event import check_detail
from contact_transfer_cdk.settings.pattern_matching import could_match
from contact_transfer_cdk.settings.patterns import check_pattern

#: The detail-types of contact events: the documented one, and the one that a sample in the documentation prints.
CONTACT_EVENTS = ("Amazon Connect Contact Event", "Connect Customer Contact Event")
#: Events of Connect's own Rules begin with one or the other, depending on the age of the documentation.
_RULES = ("Contact Lens", "conversational analytics")
_RULES_MATCHED = re.compile(rf"(?:{'|'.join(_RULES)}) (.* Rules Matched)", re.IGNORECASE)


def check_when(when: Mapping[str, Any], instances: tuple[Instance, ...]) -> None:
    """Raise ``DeploymentError`` with everything that is wrong with a route's event pattern.

    ``when``: the route's event pattern.
    """
    check_pattern(when, "when")
    problems = Problems()
    for check in (_check_fixed_fields, _check_types, _check_detail, _check_region, _check_place):
        with problems.collecting():
            check(when, instances)
    problems.raise_any()


def _check_fixed_fields(when: Mapping[str, Any], _: tuple[Instance, ...]) -> None:
    """What the service adds to a route's pattern, and nobody may change."""
    found = []
    if "$or" in when:
        found.append(
            "when.$or cannot be set: source, detail-type and instances hold for all of a route's events; write the alternatives"
            " into 'detail', or make two routes."
        )
    if "replay-name" in when:
        found.append("when.replay-name cannot be set: replayed events never ask for a transfer.")
    if when.get("source", ["aws.connect"]) != ["aws.connect"]:
        found.append(
            'when.source can only be ["aws.connect"]: others ask for transfers on the deployment\'s bus, or in its queue.'
        )
    if found:
        raise DeploymentError(*found)


def _check_detail(when: Mapping[str, Any], instances: tuple[Instance, ...]) -> None:
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
    types = [name for name in when.get("detail-type", []) if isinstance(name, str)]
    if types and all(name in CONTACT_EVENTS for name in types):
        check_detail(detail, "when.detail")


def _check_region(when: Mapping[str, Any], _: tuple[Instance, ...]) -> None:
    """The contact's origin Region, which the service adds: both Regions of a replicated instance publish each event."""
    detail = when.get("detail", {})
    levels = [detail, *_alternatives(detail)] if isinstance(detail, Mapping) else []
    metadata = [level["globalResiliencyMetadata"] for level in levels if "globalResiliencyMetadata" in level]
    if not all(isinstance(given, Mapping) for given in metadata):
        raise DeploymentError("when.detail.globalResiliencyMetadata must be an object of fields.")
    if any("originRegion" in level for given in metadata for level in (given, *_alternatives(given))):
        raise DeploymentError(
            "when.detail.globalResiliencyMetadata.originRegion cannot be set: a route takes only events of contacts of its own"
            " Region: leave it out."
        )


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


def _check_types(when: Mapping[str, Any], _: tuple[Instance, ...]) -> None:
    types = when.get("detail-type", [])
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


def own_region(instances: tuple[Instance, ...]) -> list[Any]:
    """The origin Regions of contacts that the deployment can transfer, as a pattern: its own, and none named (no replica)."""
    return [*sorted({instance.place.region for instance in instances}), {"exists": False}]


def spellings(types: list[str]) -> list[Any]:
    """The detail-types as a pattern that matches each in every spelling that AWS's documentation prints."""
    if types[0] in CONTACT_EVENTS:
        return list(CONTACT_EVENTS)
    kinds = dict.fromkeys(match[1] for text in types if (match := _RULES_MATCHED.fullmatch(text)))
    return [{"equals-ignore-case": f"{prefix} {kind}"} for kind in kinds for prefix in _RULES]
