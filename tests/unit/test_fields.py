"""The table of fields and ``TransferRequest`` hold together, and every type of field spells what it reads."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from contact_transfer.request.event_types import OUTCOMES
from contact_transfer.request.field_types import Boolean, Choice, FieldType, Id, Text, Time, Word
from contact_transfer.request.fields import FIELDS, from_flow
from contact_transfer.request.model import TransferRequest, from_snapshot

#: Of the message that brought a request, not of the request.
OF_THE_MESSAGE = {"source", "asked_at", "named_contact_id"}
REQUEST = TransferRequest(
    "i",
    "c",
    "f",
    "q",
    None,
    "r",
    1_772_357_400.25,
    "why",
    "night",
    only_if_waiting=True,
    only_if_in_queue_id="q",
    batch_id="b",
)
TYPES: list[tuple[FieldType, Any]] = [
    (Text(9), "a b"),
    (Word(9), "night"),
    (Id(99, "queue"), "q"),
    (Boolean(), True),
    (Boolean(), False),
    (Choice(("a", "b")), "b"),
    (Time(), "2026-03-01T09:30:00.250Z"),
]


def _named(value: object) -> str:
    return type(value).__name__


def test_every_field_has_an_attribute_and_every_attribute_a_field() -> None:
    attributes = {entry.name for entry in dataclasses.fields(TransferRequest)} - OF_THE_MESSAGE
    rows = {field.attribute for field in FIELDS.values()}
    missing, extra = sorted(rows - attributes), sorted(attributes - rows)
    assert not missing, f"TransferRequest in request/model.py lacks: {', '.join(missing)}"
    assert not extra, f"FIELDS in request/fields.py lacks: {', '.join(extra)}"


def test_rows_are_complete() -> None:
    options = [field.option for field in FIELDS.values() if field.option]
    assert len(set(options)) == len(options)
    for name, field in FIELDS.items():
        assert field.events <= OUTCOMES, name
        assert field.meaning[0].isupper()
        assert not field.meaning.endswith(".")
        assert not field.parameter or field.events == OUTCOMES, "an event says what was transferred where"


@pytest.mark.parametrize(("kind", "value"), TYPES, ids=_named)
def test_a_value_survives_its_spellings(kind: FieldType, value: object) -> None:
    assert kind.problem(value) is None
    read = kind.read(value)
    assert kind.tell(read) == value
    assert kind.from_text(kind.text(read)) == read
    assert isinstance(kind.text(read), str)


@pytest.mark.parametrize("kind", [Text(9), Word(9), Id(9, "queue"), Boolean(), Choice(("a",)), Time()], ids=_named)
@pytest.mark.parametrize("value", [None, 1, 1.5, [], {}, "", " ", "x y/z" * 9], ids=repr)
def test_every_type_says_what_is_wrong(kind: FieldType, value: object) -> None:
    assert isinstance(kind.problem(value), str)


@pytest.mark.parametrize("value", [0, 1, "true", "True", "yes"])
def test_a_boolean_is_nothing_else(value: object) -> None:
    assert Boolean().problem(value) == "must be true or false"


def test_an_event_carries_of_a_snapshot_what_it_carries_of_the_request() -> None:
    public = REQUEST.public()
    for event in OUTCOMES:
        assert from_snapshot(REQUEST.snapshot(), event).items() <= public.items()
    in_the_key = {"requestName", "instanceId", "contactId"}
    assert public.keys() - in_the_key == from_snapshot(REQUEST.snapshot(), next(iter(OUTCOMES))).keys()


def test_a_snapshot_of_a_newer_version_is_read() -> None:
    assert from_snapshot({"queueId": "q", "somethingNew": "x"}, next(iter(OUTCOMES))) == {"queueId": "q"}


def test_only_booleans_of_a_flow_are_words() -> None:
    assert from_flow({"reason": "true", "other": "true", "queueId": 7}) == {
        "reason": "true",
        "other": "true",
        "queueId": 7,
    }
