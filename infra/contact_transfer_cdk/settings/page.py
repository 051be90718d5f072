"""The table of docs/configuration.md, from the table of settings."""

from __future__ import annotations

import json

from contact_transfer.config import kinds
from contact_transfer.config.setting import REQUIRED, Setting
from contact_transfer.config.settings_table import of_file


def settings_rows() -> str:
    """The table in Markdown: a row for each key of a deployment file."""
    rows = [f"| `{row.name}` | {_default(row)} | {row.meaning}{_bounds(row.kind)} |" for row in of_file()]
    return "\n".join(["| key | default | meaning |", "|---|---|---|", *rows])


def _default(row: Setting) -> str:
    return "required" if row.default is REQUIRED else f"`{json.dumps(row.default)}`"


def _bounds(kind: kinds.Kind) -> str:
    match kind:
        case kinds.Number(most=most, least=least, above=above):
            return f"; {'above' if above else 'from'} {least:g} to {most:g}"
        case kinds.Whole(least=least, most=most):
            return f"; from {least} to {most}"
        case kinds.Choice(words=words):
            return f"; {', '.join(f'`{word}`' for word in words)}"
        case kinds.WholeChoice(numbers=numbers):
            return f"; {', '.join(str(number) for number in numbers)}"
        case _:
            return ""
