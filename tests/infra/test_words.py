"""Sentences count things correctly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from contact_transfer_cdk.words import counted

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 hours"), (1, "1 hour"), (1.0, "1 hour"), (1.5, "1.5 hours"), (2, "2 hours"), (4096, "4,096 hours")],
)
def test_one_is_singular(number: float, text: str) -> None:
    assert counted(number, "hour") == text


def test_no_sentence_leaves_the_plural_to_the_reader() -> None:
    left = [
        f"{path.relative_to(ROOT)}: {found}"
        for folder in ("lambda_src", "infra", "ops", "tools", "local")
        for path in (ROOT / folder).rglob("*.py")
        for found in re.findall(r" [a-z]+\(s\)", path.read_text("utf-8"))
    ]
    assert not left
