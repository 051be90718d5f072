"""Entries from the worker's log lines: every step, for as long as the log group keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contact_transfer.request.timestamps import instant
from contact_transfer.transfer.outcome import Cause
from transfers_cli.timeline.entry import Entry, Kind

_KINDS: Mapping[str, Kind] = {
    "transferred": Kind.TRANSFERRED,
    "failed": Kind.FAILED,
    "skipped": Kind.SKIPPED,
    "cancelled": Kind.CANCELLED,
    "deferred": Kind.DEFERRED,
    "held": Kind.SCHEDULED,
}


def entries(lines: Iterable[Mapping[str, Any]]) -> Iterator[Entry]:
    """What the lines tell. Lines about other things are left out; so is a repeated message, which changed nothing."""
    for line in lines:
        kind, at = _KINDS.get(str(line.get("message"))), instant(str(line.get("timestamp")))
        if kind is None or at is None or line.get("repeated"):
            continue
        if kind is Kind.TRANSFERRED and line.get("inferred"):
            kind = Kind.RECONCILED
        if kind is Kind.DEFERRED and line.get("cause") == Cause.IN_DOUBT:
            kind = Kind.IN_DOUBT
        yield Entry(at, kind, _what(kind, line), line.get("requestName"), line.get("newContactId"))


def _what(kind: Kind, line: Mapping[str, Any]) -> str:
    match kind:
        case Kind.TRANSFERRED | Kind.RECONCILED:
            to = line.get("newContactId") or "a contact without a known id"
            return (
                f"transferred to {to}"
                if kind is Kind.TRANSFERRED
                else f"found in what Connect shows: transferred to {to}"
            )
        case Kind.DEFERRED | Kind.IN_DOUBT:
            detail = f" ({line['detail']})" if line.get("detail") else ""
            doubt = "in doubt, and deferred" if kind is Kind.IN_DOUBT else f"deferred: {line.get('cause')}"
            return f"{doubt}{detail}, for {line.get('delay')} s"
        case Kind.SCHEDULED:
            return f"held until {line.get('until')}"
    code = line.get("failureCode") or line.get("skipReason")
    return f"{kind}: {code}" if code else str(kind)
