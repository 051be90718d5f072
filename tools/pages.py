"""The tables in docs/ that repeat a table of the code, written from it between markers such as ``<!-- fields -->``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from contact_transfer.request.field_types import Boolean, Choice, Text
from contact_transfer.request.fields import FIELDS, Field
from contact_transfer.transfer.failures import FAILURES
from contact_transfer_cdk.settings.page import settings_rows
from tools.assumptions import page_table

DOCS = Path(__file__).parents[1] / "docs"


def fields_of_a_request() -> str:
    """The fields, for the contract."""
    rows = [(f"`{name}`", _required(field), _meaning(field)) for name, field in FIELDS.items()]
    return _table(("field", "required", "meaning"), rows)


def failure_codes() -> str:
    """When each failure code is given and whose it is to fix, for the contract."""
    rows = [(f"`{code}`", entry.when, str(entry.failure_class)) for code, entry in FAILURES.items()]
    return _table(("failure code", "when", "class"), rows)


def remedies() -> str:
    """What happened and what to do by failure code, for the runbook."""
    rows = [(f"`{code}`", entry.happened, entry.remedy) for code, entry in FAILURES.items()]
    return _table(("code", "what happened", "what to do"), rows)


#: The tables by page and marker.
TABLES: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "contract.md": {"fields": fields_of_a_request, "failure codes": failure_codes},
    "runbook.md": {"failure codes": remedies},
    "configuration.md": {"settings": settings_rows},
    "assumptions.md": {"assumptions": page_table},
}


def written(page: str) -> str:
    """The text of a page with its tables as the code has them.

    Raises:
        ValueError: a marker is missing from the page.
    """
    text = (DOCS / page).read_text("utf-8")
    for name, rows in TABLES[page].items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, begins, rest = text.partition(begin)
        _, ends, after = rest.partition(end)
        if not begins or not ends:
            raise ValueError(f"docs/{page} has no {begin.strip()} with {end} after it")
        text = f"{before}{begin}{rows()}\n{end}{after}"
    return text


def _table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heading, ("---",) * len(heading), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines).replace("| --- ", "|---").replace("|--- |", "|---|")


def _required(field: Field) -> str:
    return field.required_when or ("yes" if field.required else "no")


def _meaning(field: Field) -> str:
    begin, *rest = field.meaning.split("; ")
    return "; ".join([begin[0].lower() + begin[1:] + _bounds(field) if begin[1].islower() else begin, *rest])


def _bounds(field: Field) -> str:
    match field.type:
        case Text(limit=limit):
            return f", up to {limit} characters"
        case Boolean():
            return ", `true` or `false`"
        case Choice(words=words):
            return f", {' or '.join(f'`{word}`' for word in words)}"
        case _:
            return ""
