"""The simulation knows every failure code: it asks for what must fail so, or its auditor judges when the code is true."""

from __future__ import annotations

from random import Random

from contact_transfer.transfer.failure_codes import FailureCode
from contact_transfer.transfer.outcome import SkipReason
from tests.simulation import generate_requests, truths

#: Judged by a rule of their own, or by other tests, for the reason beside them.
ELSEWHERE = {
    FailureCode.FLOW_NOT_ALLOWED: "a setting alone decides it, as for InstanceNotAllowed: tests/component/test_settings_change.py",
}


def test_every_code_is_asked_for_or_judged() -> None:
    asked = {
        code
        for make in generate_requests.WRONG
        for number in range(3)
        for request in make(Random(number), number)[1]
        for code in request.codes
    }
    known = asked | set(truths.TRUE_WHEN) | set(ELSEWHERE)
    missing = sorted(set(FailureCode) - known)
    assert not missing, f"add to generate_requests.WRONG or truths.TRUE_WHEN: {', '.join(missing)}"
    assert known <= {*FailureCode, *SkipReason, "Cancelled"}
    assert set(SkipReason) <= known, "each reason of a skip has its condition in truths.TRUE_WHEN"
