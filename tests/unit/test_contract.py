"""The contract's page and the code say the same."""

from __future__ import annotations

import re
from pathlib import Path

from contact_transfer.request.field_types import Text
from contact_transfer.request.fields import FIELDS
from contact_transfer.transfer.outcome import FailureCode

PAGE = (Path(__file__).parents[2] / "docs" / "contract.md").read_text()


def rows(heading: str) -> list[str]:
    """The words in code type of the first column of the table under ``heading``."""
    table = PAGE.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0]
    first = [line.split("|")[1] for line in table.splitlines()[2:] if line.startswith("|")]
    return [word for cell in first for word in re.findall(r"`([^`]+)`", cell)]


def test_every_field_of_a_request_is_described() -> None:
    assert rows("field") == list(FIELDS)
    for name, field in FIELDS.items():
        line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |"))
        assert ("| yes |" in line) == field.required
        if isinstance(field.type, Text) and name not in {"instanceId", "route"}:
            assert f"{field.type.limit} characters" in line


def test_every_failure_code_is_described_once() -> None:
    assert sorted(rows("failure code")) == sorted(FailureCode)


def test_every_attribute_of_a_parked_message_is_named() -> None:
    for name in (
        "FailureCode",
        "FailureMessage",
        "FailedAt",
        "RequestName",
        "ContactId",
        "Attempts",
        "OriginalMessageId",
    ):
        assert f"`{name}`" in PAGE
