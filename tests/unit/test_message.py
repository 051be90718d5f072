"""What a body holds: a request, an event around one, or a sentence that says what it is instead."""

from __future__ import annotations

import json

import pytest

from contact_transfer.request.envelope import MalformedMessage, Opened, open_body
from contact_transfer.request.source import Source


def test_a_bare_object_is_a_request() -> None:
    assert open_body('{"contactId": "c"}') == Opened({"contactId": "c"}, Source.QUEUE)


def test_a_requested_event_is_opened() -> None:
    event = {"version": "0", "source": "crm", "detail-type": "Contact Transfer Requested", "detail": {"contactId": "c"}}
    assert open_body(json.dumps(event)) == Opened({"contactId": "c"}, Source.BUS)


@pytest.mark.parametrize("text", ["\\ud83d\\ude00", "😀", "\\u00fc"])
def test_whole_characters_are_text(text: str) -> None:
    assert open_body(f'{{"reason": "{text}"}}').source == Source.QUEUE


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (None, "empty"),
        (17, "empty"),
        ("", "empty"),
        (" \n", "empty"),
        ("{", "not JSON"),
        ("\ufeff{}", "not JSON"),
        ("{'contactId': 1}", "not JSON"),
        ("null", "not an object"),
        ('"text"', "not an object"),
        ("[]", "not an object"),
        ('{"a": 1, "a": 1}', "same key twice"),
        ('{"detail-type": "Contact Transfer Requested", "detail": {"a": 1, "a": 2}}', "same key twice"),
        ('{"a": NaN}', "NaN"),
        ('{"a": -Infinity}', "NaN"),
        ('{"a": "\\udc00"}', "surrogate"),
        ('{"\\uD800": 1}', "surrogate"),
        ('{"a": "\ud800"}', "surrogate"),
        ('{"a": ' + "[" * 100_000, "nested"),
        ('{"a": ' + "1" * 5000 + "}", "digits"),
        ('{"detail-type": null}', "detail-type"),
        ('{"detail-type": "Contact Transfer Succeeded", "detail": {}}', "detail-type"),
        ('{"detail-type": "contact transfer requested", "detail": {}}', "detail-type"),
        ('{"detail-type": "Contact Transfer Requested"}', "detail is not an object"),
        ('{"detail-type": "Contact Transfer Requested", "detail": "{}"}', "detail is not an object"),
    ],
)
def test_anything_else_is_malformed_and_says_why(body: object, word: str) -> None:
    with pytest.raises(MalformedMessage, match=word) as refused:
        open_body(body)
    assert str(refused.value).endswith(".")
