"""What the README shows of `make run` is what the demonstration prints: its requests, its columns, the rows of its summary."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
DEMONSTRATION = "\n".join(path.read_text("utf-8") for path in (ROOT / "local" / "demo").glob("*.py"))
EXCERPT = re.findall(r"```text\n(.*?)```", README, re.DOTALL)[0]


def _printed(words: str) -> bool:
    """Whether the demonstration's sources hold the words, or a pattern that makes them."""
    return words in DEMONSTRATION or re.sub(r"\d+ of \d+$", "", words) in DEMONSTRATION


def test_the_excerpt_shows_requests_of_the_demonstration() -> None:
    table, _, _ = EXCERPT.partition("…\ntransferred")
    labels = [line[:32].strip() for line in table.splitlines()[1:]]
    assert len(labels) > 10
    assert [label for label in labels if not _printed(label)] == []


def test_the_excerpt_has_the_columns_and_the_summary_of_the_demonstration() -> None:
    columns = EXCERPT.splitlines()[0].split()
    summary = re.findall(r"^(\w[\w ]*?)  ", EXCERPT.partition("…\ntransferred")[2], re.MULTILINE)
    assert columns == ["request", "source", "result", "details"]
    assert [word for word in [*columns, *summary] if not _printed(word)] == []
