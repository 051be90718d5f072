"""The table of failure codes: complete, and read by whatever needs to know a code."""

from __future__ import annotations

import pytest

from contact_transfer.transfer.failure_codes import FailureClass, FailureCode
from contact_transfer.transfer.failures import FAILURES, Redrive, failure


def test_every_code_has_an_entry() -> None:
    missing = set(FailureCode) - set(FAILURES)
    assert not missing, f"add to FAILURES in transfer/failures.py: {', '.join(missing)}"
    assert list(FAILURES) == list(FailureCode), "one order for enum and table"


@pytest.mark.parametrize("code", FailureCode)
def test_an_entry_says_everything(code: FailureCode) -> None:
    entry = FAILURES[code]
    for clause in (entry.when, entry.happened, entry.remedy):
        assert clause
        assert not clause.endswith(".")
    assert entry.redrive_note.endswith(".")


def test_classes_and_prospects_are_all_in_use() -> None:
    assert {entry.failure_class for entry in FAILURES.values()} == set(FailureClass)
    assert {entry.redrive for entry in FAILURES.values()} == set(Redrive)


def test_a_code_of_another_version_has_no_entry() -> None:
    assert failure("SomethingNew") is None
    assert failure("FlowNotUsable") is FAILURES[FailureCode.FLOW_NOT_USABLE]
