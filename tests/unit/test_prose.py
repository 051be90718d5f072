"""The documentation keeps to the words of the glossary, and the check that says so can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import prose

GLOSSARY = prose.GLOSSARY.read_text("utf-8")
WORDS = prose.refused_words(GLOSSARY)


@pytest.mark.parametrize("page", prose.pages(), ids=lambda page: page.relative_to(prose.ROOT).as_posix())
def test_a_page_keeps_to_the_words_of_the_glossary(page: Path) -> None:
    assert prose.complaints(page.read_text("utf-8"), WORDS) == []


def test_comments_docstrings_messages_and_names_of_the_sources_keep_to_it_too() -> None:
    found = [
        f"{path.relative_to(prose.ROOT)}:{complaint}"
        for path in prose.sources()
        for complaint in prose.complaints_about(path, WORDS)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("x = 1  # mend it", [1]),
        ('def f():\n    """Two lines.\n\n    Please mend it.\n    """', [4]),
        ('x = f"mend {1} now"', [1]),
        ('x = "mend"', []),
        ("mend = 1", []),
    ],
)
def test_prose_of_a_source_is_its_comments_and_texts(source: str, lines: list[int]) -> None:
    found = prose.complaints(source, [prose.Word("mend", "fix")], source=True)
    assert [int(complaint.split(":")[0]) for complaint in found] == lines


@pytest.mark.parametrize(
    ("source", "found"),
    [("mend = 1", 1), ("def to_mend(it): ...", 1), ("class ToMend: ...", 1), ("x.mend()", 1), ("amended = it", 0)],
)
def test_a_name_holds_no_refused_word(tmp_path: Path, source: str, found: int) -> None:
    path = tmp_path / "source.py"
    path.write_text(source, "utf-8")
    assert len(prose.complaints_about(path, [prose.Word("mend", "fix"), prose.Word("be told", "be reported")])) == found


@pytest.mark.parametrize("word", [word.refused for word in WORDS])
def test_each_word_in_a_column_not_is_refused(word: str) -> None:
    assert prose.complaints(f"A page that says {word} to somebody.", WORDS)


def test_the_answer_names_line_and_word_and_says_what_to_write() -> None:
    words = prose.refused_words("| write | not |\n|---|---|\n| fix | `mend` |\n")
    assert prose.complaints("All is well.\nPlease mend it.\n", words) == ['2: "mend": write "fix"']


@pytest.mark.parametrize(
    "page", ["`mend`", "```\nmend\n```", "    mend", "[fix](mend.md)", "amendments", "mend-ing"], ids=repr
)
def test_code_targets_of_links_and_parts_of_words_are_not_refused(page: str) -> None:
    assert prose.complaints(page, [prose.Word("mend", "fix")]) == []
