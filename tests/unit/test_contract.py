"""The contract's page and the code say the same. Its tables are held by ``test_pages``."""

from __future__ import annotations

from pathlib import Path

from contact_transfer.messaging.outcome_events import REASON
from contact_transfer.transfer.failure_codes import FailureClass

PAGE = (Path(__file__).parents[2] / "docs" / "contract.md").read_text()


def test_every_attribute_of_a_parked_message_is_named() -> None:
    for name in REASON:
        assert f"`{name}`" in PAGE


def test_every_class_of_failures_is_explained() -> None:
    for name in FailureClass:
        assert f"`{name}`:" in PAGE
