"""What a contact event of Amazon Connect looks like, as far as an event pattern can be wrong about it.

Source: Amazon Connect administrator guide, "Contact events"; EventBridge user guide, "Comparison operators" for ``exists``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.pattern_matching import could_match
from contact_transfer_cdk.settings.reading import probably

#: Types of contact events, in the order of a contact's life.
EVENT_TYPES = (
    "INITIATED",
    "CONNECTED_TO_SYSTEM",
    "CONTACT_DATA_UPDATED",
    "QUEUED",
    "CONNECTED_TO_AGENT",
    "PAUSED",
    "RESUMED",
    "DISCONNECTED",
    "COMPLETED",
)
#: After these the contact has ended, and cannot be transferred.
ENDS = ("DISCONNECTED", "COMPLETED")
CHANNELS = ("VOICE", "CHAT", "TASK", "EMAIL")
TRANSFERABLE = ("TASK", "EMAIL")
#: Fields that are objects, each with the way to a leaf in it. What segmentAttributes and tags hold is the customer's.
OBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "agentInfo": "agentArn",
        "agentInfo.deviceInfo": "operatingSystem",
        "agentInfo.hierarchyGroups": "level1/arn",
        "campaign": "campaignId",
        "chatMetrics": "chatContactMetrics/totalMessages",
        "contactDetails": "name",
        "contactEvaluations": "formId",
        "contactLens": "conversationalAnalytics/configuration/enabled",
        "contactLens.conversationalAnalytics": "configuration/enabled",
        "contactLens.conversationalAnalytics.configuration": "enabled",
        "customerEndpoint": "address",
        "customerVoiceActivity": "greetingStartTimestamp",
        "disconnectDetails": "potentialDisconnectIssue",
        "globalResiliencyMetadata": "originRegion",
        "outboundStrategy": "type",
        "qualityMetrics": "agent/audio/qualityScore",
        "queueInfo": "queueArn",
        "routingCriteria": "index",
        "routingCriteria.steps": "status",
        "segmentAttributes": "connect:Subtype/valueString",
        "systemEndpoint": "address",
        "tags": "aws:connect:instanceId",
        "transferredToEndpoint": "address",
    }
)
#: Fields that are texts and have no fields of their own.
_TEXTS = frozenset(
    {
        "channel",
        "contactId",
        "disconnectReason",
        "eventType",
        "initialContactId",
        "initiationMethod",
        "instanceArn",
        "previousContactId",
        "relatedContactId",
    }
)
#: Fields that tell events of a contact apart; only those of type CONTACT_DATA_UPDATED have ``updatedProperties``.
_TYPED = frozenset({"eventType", "updatedProperties"})


def check_detail(detail: Mapping[str, Any], where: str) -> None:
    """Raise ``DeploymentError`` when no contact event can match the pattern, or when those that do can never be transferred.

    ``where``: what the sentences call the pattern.
    """
    found = list(_level(detail, "", where))
    if not found and not _names_event_types(detail):
        found.append(
            f"{where} has no condition on eventType, so every event of a contact would ask for a transfer, those after its end"
            ' included: list the events that should, as in {"eventType": ["QUEUED"]}.'
        )
    if found:
        raise DeploymentError(*found)


def _names_event_types(level: Mapping[str, Any]) -> bool:
    """Whether a condition on the event type holds for whatever matches, be it in each of several alternatives."""
    return not _TYPED.isdisjoint(level) or ("$or" in level and all(_names_event_types(one) for one in level["$or"]))


def _level(level: Mapping[str, Any], within: str, where: str) -> Iterator[str]:
    for key, value in level.items():
        path, shown = f"{within}{key}", f"{where}.{key}"
        if key == "$or":
            for number, alternative in enumerate(value):
                yield from _level(alternative, within, f"{shown}[{number}]")
        elif isinstance(value, Mapping):
            if path in _TEXTS:
                yield f"{shown} is a text and has no fields: give a list of what may match."
            yield from _level(value, f"{path}.", shown)
        else:
            yield from _leaf(path, value, shown)


def _leaf(path: str, values: list[Any], shown: str) -> Iterator[str]:
    leaf = _leaf_within(path)
    if leaf and any(value is not None for value in values):
        asked: Any = values
        for name in reversed([path.rpartition(".")[2], *leaf.split("/")]):
            asked = {name: asked}
        yield (
            f"{shown} is an object, and EventBridge compares only what is in it: ask for one of its fields, as in"
            f" {json.dumps(asked)}."
        )
    if path == "eventType":
        yield from _words(values, shown, EVENT_TYPES, "event type")
        yield from _event_types(values, shown)
    if path == "channel":
        yield from _words([_upper(value) for value in values], shown, CHANNELS, "channel")
        yield from _channels(values, shown)


def _leaf_within(path: str) -> str | None:
    if path.startswith("segmentAttributes."):
        return None if path.endswith(".valueString") else "valueString"
    return OBJECTS.get(path)


def _words(values: list[Any], shown: str, known: tuple[str, ...], what: str) -> Iterator[str]:
    for value in values:
        if isinstance(value, Mapping) or value in known:
            continue
        meant = probably(value, known) if isinstance(value, str) else None
        hint = f"'{meant}' was probably meant" if meant else f"known are {', '.join(known)}"
        yield f"{shown}: there is no {what} '{value}', so nothing could match: {hint}."


def _event_types(values: list[Any], shown: str) -> Iterator[str]:
    for value in values:
        if value in ENDS:
            yield f"{shown}: after {value} the contact has ended, so every request would fail: leave it out."
    alive = [name for name in EVENT_TYPES if name not in ENDS]
    yield from _none_left(values, shown, alive, "no event of a contact that is still open")


def _channels(values: list[Any], shown: str) -> Iterator[str]:
    for value in values:
        if _upper(value) in CHANNELS and _upper(value) not in TRANSFERABLE:
            yield (
                f"{shown}: {value} contacts cannot be transferred, so every request would fail: list"
                f" {' or '.join(TRANSFERABLE)}."
            )
    spellings = [spelling for name in TRANSFERABLE for spelling in (name, name.capitalize())]
    yield from _none_left(values, shown, spellings, f"neither {' nor '.join(TRANSFERABLE)}")


def _none_left(values: list[Any], shown: str, wanted: list[str], what: str) -> Iterator[str]:
    """A complaint about conditions that are operators, of which nothing that is ``wanted`` is left."""
    operators = [value for value in values if isinstance(value, Mapping)]
    if operators and len(operators) == len(values) and not any(could_match(values, word) for word in wanted):
        yield f"{shown} matches {what}: no request could succeed."


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value
