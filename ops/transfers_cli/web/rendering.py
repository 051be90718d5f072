"""Pages from templates: everything that is put into them is escaped, and control characters are shown as they are in the terminal."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from contact_transfer.request.identity import name_of
from transfers_cli import say
from transfers_cli.console import cleaned

HERE = Path(__file__).parent
STATIC = HERE / "static"


def environment() -> Environment:
    """The templates, with the filters that they use."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(when=say.when, clock=say.clock, span=say.span, count=say.count, prose=prose)
    made.filters.update(lines=str.splitlines, request_name=name_of)
    return made


def prose(text: str) -> Markup:
    """A sentence of our own tables, its names between backticks shown as code."""
    return Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before anything is added


def _shown(value: Any) -> Any:
    if value is None:
        return ""
    return value if isinstance(value, Markup) or not isinstance(value, str) else cleaned(value)
