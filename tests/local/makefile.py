"""The Makefile's targets, and the commands that a text gives it."""

from __future__ import annotations

import re
from pathlib import Path

MAKEFILE = (Path(__file__).parents[2] / "Makefile").read_text()
_NAME = r"[A-Za-z0-9][\w-]*"
#: Every target that a person may give; those of files have a variable for a name, and special ones begin with a dot.
TARGETS = frozenset(re.findall(rf"^({_NAME}):(?!=)", MAKEFILE, re.MULTILINE))
#: Those that are done again each time, whatever files there are.
PHONY = frozenset(re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[0].split())


def commands(text: str, before: str = "") -> set[str]:
    """The targets behind ``make`` in a text, each after the pattern ``before``."""
    return set(re.findall(rf"{before}make ({_NAME})", text, re.MULTILINE))
