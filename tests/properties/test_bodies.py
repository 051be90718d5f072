"""Whatever a producer sends, the parser reads it or refuses it as documented."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.bodies import body
from tests.properties.reading import read

_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("seed", range(4))
def test_thousands_of_bodies_are_read_or_refused(seed: int) -> None:
    random = Random(seed)
    read_as = {type(read(body(random))).__name__ for _ in range(5000)}
    assert read_as == {"TransferRequest", "FailureCode"}


@settings(max_examples=300, deadline=None)
@given(text=st.text() | st.binary() | _JSON)
def test_any_text_at_all_is_refused_in_order(text: object) -> None:
    read(text)


@settings(max_examples=300, deadline=None)
@given(document=_JSON)
def test_any_json_at_all_is_refused_in_order(document: Any) -> None:
    read(json.dumps(document))
    read(json.dumps({"detail-type": "Contact Transfer Requested", "detail": document}))
