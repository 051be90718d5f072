"""Checks the words of the documentation and of the sources: those that the glossary refuses, and spelling.

    python -m tools.prose             the pages and sources of the repository
    python -m tools.prose FILE ...    these pages and sources

``docs/glossary.md`` is the list: a word between backticks in a column "not" is refused, and the answer says what to write in its
place. Prose is a page without its code (in a fence or between backticks), and the comments, docstrings and messages of a source.
codespell checks the spelling.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GLOSSARY = ROOT / "docs" / "glossary.md"
#: The folders of sources whose comments, docstrings and messages are checked.
SOURCES = ("lambda_src", "infra", "ops", "local", "bench", "tools", "tests")
#: The auditor's verdicts are its own: what it says of a request is not how the request ended.
SIMULATION = ROOT / "tests" / "simulation"
#: Refused words are what these two are about.
ABOUT_WORDS = frozenset({GLOSSARY, ROOT / "tests" / "unit" / "test_prose.py"})
SPELLED = (
    "README.md",
    "CONTRIBUTING.md",
    "docs",
    "examples",
    "lambda_src",
    "infra",
    "ops",
    "local",
    "bench",
    "tools",
    "tests",
)
_CODE = re.compile(r"`([^`]*)`")
#: A word within a name.
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_FENCE = re.compile(r"^\s*(```|~~~)")
_LINK_TARGET = re.compile(r"\]\([^)]*\)")


@dataclass(frozen=True)
class Word:
    """A word or phrase that the glossary refuses, and what to write in its place."""

    refused: str
    say: str

    def found_in(self, prose: str) -> bool:
        """Return whether the prose holds it as whole words, in any letter case."""
        return _pattern((self,)).search(prose) is not None


@cache
def _pattern(words: tuple[Word, ...]) -> re.Pattern[str]:
    """What finds any of the words: most lines hold none, so one search of a line is enough."""
    any_of = "|".join(re.escape(word.refused) for word in words)
    return re.compile(rf"(?<![\w-])(?:{any_of})(?![\w-])", re.IGNORECASE)


def _found(lines: Iterable[tuple[int, str]], words: Sequence[Word]) -> Iterator[tuple[int, str, Word]]:
    """Yield number and prose of each line that holds a refused word, with the word."""
    pattern = _pattern(tuple(words))
    for number, prose in lines:
        if words and pattern.search(prose):
            yield from ((number, prose, word) for word in words if word.found_in(prose))


def refused_words(glossary: str) -> list[Word]:
    """Read the refused words from the tables of the glossary, whose columns begin with what to write and what not to."""
    rows = [line.strip("|").split("|") for line in glossary.splitlines() if line.startswith("|")]
    return [Word(word, row[0].strip()) for row in rows for word in _CODE.findall(row[1])]


def prose_lines(page: str) -> Iterator[tuple[int, str]]:
    """Yield number and prose of each line of a Markdown page, without code and without the targets of links."""
    fenced = False
    for number, line in enumerate(page.splitlines(), 1):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and not line.startswith("    "):
            yield number, _LINK_TARGET.sub("]", _CODE.sub("", line))


def source_lines(source: str) -> Iterator[tuple[int, str]]:
    """Yield number and prose of each line of a Python source: comments, and texts of more than one word."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], _CODE.sub("", token.string)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            for number, line in enumerate(node.value.splitlines(), node.lineno):
                yield number, _CODE.sub("", line)


def name_lines(source: str) -> Iterator[tuple[int, str]]:
    """Yield number and words of each name that a Python source gives to a function, a class, an argument, a variable or an attribute."""
    for node in ast.walk(ast.parse(source)):
        for field in ("name", "arg", "id", "attr"):
            name = getattr(node, field, None)
            if isinstance(name, str) and hasattr(node, "lineno"):
                yield node.lineno, " ".join(_PART.findall(name))


def complaints(text: str, words: Sequence[Word], *, source: bool = False) -> list[str]:
    """Return one line for each refused word of a page or source: its line number, the word, and what to write."""
    return [
        f'{number}: "{word.refused}": write "{word.say}"'
        for number, _, word in _found(source_lines(text) if source else prose_lines(text), words)
    ]


def complaints_about(path: Path, words: Sequence[Word]) -> list[str]:
    """Return the complaints about a page or source: its prose and, but for those of the simulation, its names."""
    text, source = path.read_text("utf-8"), path.suffix == ".py"
    found = complaints(text, words, source=source)
    if source and SIMULATION not in path.parents:
        single = [word for word in words if " " not in word.refused]
        found += [f'{number}: "{name}": no {word.refused}' for number, name, word in _found(name_lines(text), single)]
    return found


def pages() -> list[Path]:
    """Return the pages of the repository, but not the glossary itself."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").rglob("*.md")]
    return sorted(page for page in found if page not in ABOUT_WORDS)


def sources() -> list[Path]:
    """Return the sources of the repository."""
    found = (path for top in SOURCES for path in (ROOT / top).rglob("*.py"))
    return sorted(path for path in found if path not in ABOUT_WORDS)


def misspellings() -> list[str]:
    """Return codespell's lines about pages and sources."""
    there = [name for name in SPELLED if (ROOT / name).exists()]
    command = [sys.executable, "-m", "codespell_lib", "--skip", "*.json,*.svg,*.txt", *there]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()


def main(arguments: Sequence[str]) -> int:
    """Print what is wrong, one line each. Return the exit status: 1 if anything is."""
    words = refused_words(GLOSSARY.read_text("utf-8"))
    wanted = [Path(argument).resolve() for argument in arguments] or [*pages(), *sources()]
    found = [f"{path.relative_to(ROOT)}:{complaint}" for path in wanted for complaint in complaints_about(path, words)]
    found += [] if arguments else misspellings()
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
