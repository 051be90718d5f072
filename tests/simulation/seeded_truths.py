"""Seeded bugs in what a failure says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.simulation.seeded import SeededBug, plain


def _no_destination(real: Any) -> Any:
    not_found = real.__globals__["Refusal"].NOT_FOUND
    return lambda self, request, answer, *rest: real(self, request, replace(answer, refusal=not_found), *rest)


TRUTHS: tuple[SeededBug, ...] = (
    plain(
        "refusal-is-destination",
        "whatever Connect refuses without a visible reason is said to have no destination",
        "c-code",
        {"transfer.eligibility:Eligibility.explain": _no_destination},
    ),
)
