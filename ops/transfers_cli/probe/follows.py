"""What follows from the findings for a deployment: a sentence for each, and the settings to copy."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from contact_transfer.config.settings_table import default
from contact_transfer.connect.responses import TRANSFER_METHODS
from contact_transfer_cdk.settings.probe_checks import LOOKING_SECONDS
from transfers_cli.probe.behaviours import REPLAYS
from transfers_cli.probe.experiments.tokens import CONFLICT, FIRST_ANSWER, FORGOTTEN, SECOND_TRANSFER, SPENT
from transfers_cli.probe.findings import Finding, Span, State

#: What a lost answer is settled by: how late each of them shows.
SHOWN = ("old.end-shown", "new.described", "new.listed", "new.destination")
#: The clock may be off by so much before the first answer. Source: ``contact_transfer.connect.connect_clock``.
_CLOCK_MARGIN = 120.0
#: A contact that is not known is waited for so long. Source: the contract, ``ContactNotFound``.
_NOT_FOUND_AFTER = 60.0
_NOTHING = "nothing"
_BY_VALUE: Mapping[tuple[str, str], str] = {
    (
        "old.another-token",
        SECOND_TRANSFER,
    ): "a second request for the contact may transfer it again; the ledger prevents that",
    (
        "token.rejection",
        SPENT,
    ): "a refused request that is sent again unchanged, once its cause is fixed, may be refused again",
    ("limit.linked-task", "yes"): "tasks linked to contacts that were transferred often reach the limit sooner",
    ("state.paused", "no"): "requests for paused tasks fail as `RejectedByConnect`: resume them first",
    ("flow-only", "no"): "requests without `queueId` and `userId` fail as `RejectedByConnect`",
    (
        "quota.transfers",
        "yes",
    ): "somebody else uses the quota, or it is lower than documented: lower `transfersPerSecond`",
}


def needed_seconds(findings: Iterable[Finding]) -> float | None:
    """How long Connect took at most to show what a transfer did; None while that is not settled."""
    found = {one.behaviour.name: one.value for one in findings if one.state is State.SETTLED}
    spans = [found.get(name) for name in SHOWN]
    most = [span.most for span in spans if isinstance(span, Span) and span.most is not None]
    return max(most) if len(most) == len(SHOWN) else None


def settings(findings: Iterable[Finding]) -> dict[str, Any]:
    """The settings that follow, to copy into ``deployments/NAME.json``. What was not settled has none."""
    known = list(findings)
    found: dict[str, Any] = {}
    seconds = needed_seconds(known)
    if seconds is not None:
        found["settleMinutes"] = max(default("settleMinutes"), math.ceil((2 * seconds + LOOKING_SECONDS) / 60))
    doubt = when_in_doubt(known)
    return found if doubt is None else {**found, "whenInDoubt": doubt}


def when_in_doubt(findings: Iterable[Finding]) -> str | None:
    """``wait`` if a repeated token transferred a second time, or did what nobody foresaw; None if no test was settled."""
    tests = [one for one in findings if one.behaviour.name in REPLAYS and one.state is not State.NOT_SETTLED]
    if any(one.value == SECOND_TRANSFER or one.state is State.UNEXPECTED for one in tests):
        return "wait"
    return "repeat" if any(one.value in {FIRST_ANSWER, CONFLICT, FORGOTTEN} for one in tests) else None


def follows(finding: Finding) -> str:
    """What follows from one finding."""
    if finding.state is State.NOT_SETTLED:
        return "what is assumed stays assumed"
    if finding.state is State.UNEXPECTED:
        return "nobody foresaw this: see the evidence, and do not rely on what is assumed"
    name, value = finding.behaviour.name, finding.value
    return _of_span(name, value) if isinstance(value, Span) else _of_value(name, str(value))


def _of_value(name: str, value: str) -> str:
    if name in REPLAYS:
        return '`whenInDoubt` must be `"wait"`' if value == SECOND_TRANSFER else '`whenInDoubt` may be `"repeat"`'
    if name == "lineage.method" and value not in TRANSFER_METHODS:
        return "this version does not recognise what a transfer made: lost answers end as `OutcomeUnknown`"
    if name == "limit.twelfth" and not value.startswith("402"):
        return "a full chain is reported as `RejectedByConnect`, not as `TransferLimitReached`"
    return _BY_VALUE.get((name, value), _NOTHING)


def _of_span(name: str, span: Span) -> str:
    most = span.most or 0.0
    if name in SHOWN:
        return f"`settleMinutes` of at least {math.ceil((most + LOOKING_SECONDS) / 60)}"
    if name == "clock.ahead" and max(abs(span.least), abs(most)) > _CLOCK_MARGIN:
        return "set this machine's clock; the functions measure Connect's by themselves"
    if name == "new.known" and most > _NOT_FOUND_AFTER:
        return f"send requests later than {most:.0f} s after a contact began, or they fail as `ContactNotFound`"
    return _NOTHING
