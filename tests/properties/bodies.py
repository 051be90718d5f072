"""Message bodies, good and broken, from a random source: valid requests, misspelt ones, events, and texts with bytes turned over."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from contact_transfer.config.worker_settings import Settings
from contact_transfer.request.field_types import Boolean, Choice, Id, Time
from contact_transfer.request.fields import FIELDS
from tests.made_by_the_stack import made

INSTANCE_ARN = "arn:aws:connect:us-east-1:000000000000:instance/3f1c2b9e-5a7d-4c1e-9b60-8d2f4e6a7c11"
SECRET = "never-to-be-told"
SETTINGS = Settings((INSTANCE_ARN,), routes={"weekend": 1}, **made())

ODD: tuple[Any, ...] = (
    None, "", " ", 7, -0.0, 1e308, True, [], {}, ["x"], {"a": 1}, "x" * 600, "é\u0000", "\ud83d\ude00", "\ud800", "..", "a/b",
    "arn:aws:connect:x",
)  # fmt: skip
_UUID = "3f1c2b9e-5a7d-4c1e-9b60-8d2f4e6a7c12"
_TIMES = (
    "2026-03-01T09:30:00Z",
    "2026-03-01T09:30:00+14:00",
    "2026-02-30T00:00:00Z",
    "2026-03-01",
    "9999-12-31T23:59:60Z",
)
_RAW = (
    *("", " ", "null", "[]", "0", '"text"', "{", "NaN", '{"a":NaN}', '{"a":1,"a":2}'),
    *("[" * 5000, "9" * 5000, "\ufeff{}", '{"detail-type": 3}'),
)


def body(random: Random) -> object:
    """One body. Now and then it is no string at all."""
    draw = random.random()
    if draw < 0.03:
        return random.choice((None, 7, b"x", ["x"], {}))
    if draw < 0.1:
        return random.choice(_RAW)
    text = json.dumps(_document(random), ensure_ascii=random.random() < 0.5)
    return _broken(random, text) if draw > 0.8 else text


def _document(random: Random) -> Any:
    request = fields_of_request(random)
    if random.random() < 0.3:
        kind = random.choice(("Contact Transfer Requested", "Contact Transfer Requested", "Something Else", None, 7))
        detail = random.choice((request, request, [request], None))
        return {"version": "0", "id": SECRET, "detail-type": kind, "source": "shop", "detail": detail}
    return request


def fields_of_request(random: Random) -> dict[str, Any]:
    """The fields of a request: right, missing, misspelt or odd."""
    fields = {
        name: _value(random, name)
        for name in FIELDS
        if random.random() < (0.9 if name in ("contactId", "contactFlowId") else 0.3)
    }
    if random.random() < 0.15:
        fields[random.choice(("queueID", "ContactId", "extra", "", "x" * 100, "detail", f"no word {SECRET}"))] = SECRET
    return fields


def _value(random: Random, name: str) -> Any:
    if random.random() < 0.12:
        return random.choice(ODD)
    if name == "instanceId":
        return random.choice((INSTANCE_ARN, INSTANCE_ARN.rpartition("/")[2], SECRET))
    if name == "route":
        return random.choice(("weekend", SECRET))
    text = random.choice(("id-0", "id-1", "id-2", _UUID, _UUID.upper()))
    kind = FIELDS[name].type
    if isinstance(kind, Id):
        return f"{INSTANCE_ARN}/{kind.kind}/{text}" if random.random() < 0.3 else text
    by_type: dict[type, tuple[Any, ...]] = {Time: _TIMES, Boolean: (True, False)}
    words = kind.words if isinstance(kind, Choice) else by_type.get(type(kind), (text,))
    return random.choice(words)


def _broken(random: Random, text: str) -> str:
    letters = list(text)
    for _ in range(random.choice((1, 1, 3, 20))):
        place = random.randrange(len(letters) + 1)
        what = random.random()
        if what < 0.4 and letters:
            letters[place % len(letters)] = chr(
                random.choice((0, 9, 34, 44, 58, 92, 123, 125, 0xD800, 0x1F600, random.randrange(128)))
            )
        elif what < 0.7:
            letters.insert(place, random.choice(("{", "}", '"', ",", "\\", "\\u", "\\ud800", "e999", "\x00", "null")))
        elif letters:
            del letters[place % len(letters) :][: random.randrange(1, 9)]
    return "".join(letters)
