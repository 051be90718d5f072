"""The published schemas are those of the code, and the code reads what they allow."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from contact_transfer.config.worker_settings import Settings
from contact_transfer.request.parser import Refused, read_request
from tests.made_by_the_stack import made
from tools import schemas

SETTINGS = Settings(
    instance_arns=("arn:aws:connect:eu-west-2:111122223333:instance/inst",),
    routes={"night": 1},
    **made(),
)
REQUEST = Draft202012Validator(schemas.request())


@pytest.mark.parametrize("name", schemas.SCHEMAS)
def test_docs_are_up_to_date(name: str) -> None:
    assert (schemas.FOLDER / name).read_text() == schemas.text(schemas.SCHEMAS[name]()), "run: make schemas"
    Draft202012Validator.check_schema(json.loads((schemas.FOLDER / name).read_text()))


VALUES = (
    st.none()
    | st.integers()
    | st.text(max_size=600)
    | st.sampled_from(["c", "inst", "night", "2030-01-01T00:00:00Z", " "])
)
NAMES = st.sampled_from([*schemas.request()["properties"], "queueID", "x"])


@given(st.dictionaries(NAMES, VALUES))
def test_what_the_schema_refuses_the_code_refuses(body: dict[str, Any]) -> None:
    allowed = REQUEST.is_valid(body)
    try:
        read_request(body, SETTINGS)
    except Refused:
        return
    assert allowed
