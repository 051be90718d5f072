"""The one place where text leaves for a terminal: no control character of a producer's passes it.

Bodies, reasons and attributes come from producers. A terminal obeys escape sequences in them (ESC, and the C1 controls), and
bidirectional controls make text read as something else. ``SafeConsole`` cleans whatever is rendered, its own styles excepted;
``escaped`` does the same for JSON. Tables clean their cells beforehand as well, so that widths are right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

#: C0 but tab and line feed, DEL and C1, directional marks and overrides, line and paragraph separators, lone surrogates.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SHOWN = "\N{REPLACEMENT CHARACTER}"


def cleaned(text: str) -> str:
    """The text with each unsafe character replaced by U+FFFD."""
    return _UNSAFE.sub(_SHOWN, text)


def escaped(document: str) -> str:
    """A JSON document with each unsafe character escaped as JSON does it: it is the same document."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


class SafeConsole(Console):
    """A console that cleans what it renders; rich's own control codes and styles are kept."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render with control characters removed from every text."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=cleaned(segment.text))
