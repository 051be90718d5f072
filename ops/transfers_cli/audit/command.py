"""``transfers audit``: its options, and what it prints."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from transfers_cli import options, say
from transfers_cli.audit.finding import Finding
from transfers_cli.audit.rules import audit as judge
from transfers_cli.audit.sources import Sources, summary
from transfers_cli.deployment import open_deployment
from transfers_cli.errors import Exit
from transfers_cli.times import moment

Since = Annotated[
    str,
    typer.Option(
        "--since", help="From when on: 90m, 24h, 7d ago, or 2026-03-01T09:30:00Z. The logs must reach so far."
    ),
]
Contacts = Annotated[
    int, typer.Option("--contacts", min=0, help="How many contacts Connect is asked about at most, latest first.")
]
Scan = Annotated[
    bool, typer.Option("--scan", help="Go through the whole ledger too, for transfers that left no trace in the logs.")
]


def audit(
    *,
    since: Since = "24h",
    contacts: Contacts = 500,
    scan: Scan = False,
    deployment: options.DeploymentName = "",
    json: options.AsJson = False,
) -> None:
    """Report what cannot be explained: a transfer nobody announced, an announcement without a transfer, two transfers of one request,
    a failure that Connect contradicts.

    Compares the functions' logs, the dead-letter queue, the ledger and Connect. Changes nothing. Up to a quarter of the account's
    quotas of look-ups is taken from the worker. Status 1: something was found.
    """
    now = time.time()
    began = moment(since, now)
    found = open_deployment(deployment)
    sources = Sources(found, contacts)
    facts = sources.facts(began, now, scan=scan)
    findings = judge(facts)
    looked_at = summary(facts, sources)
    if json:
        window = {"since": say.when(facts.since), "until": say.when(facts.until)}
        say.as_json({**found.place, **window, "lookedAt": looked_at, "findings": [one.as_dict() for one in findings]})
    else:
        say.facts(f"from {say.when(facts.since)} to {say.when(facts.until)}", looked_at)
        _show(findings)
    if findings:
        raise typer.Exit(Exit.NOT_ALL)


def _show(findings: list[Finding]) -> None:
    for one in findings:
        row = {"when": say.when(one.at), "request": one.request, "contact": one.contact_id}
        row |= {"new contact": ", ".join(one.new_contact_ids), "message": one.message_id}
        say.facts(
            str(one.kind), {**{name: value for name, value in row.items() if value}, "seen": one.seen, "do": one.do}
        )
    say.result(f"{say.count(len(findings), 'contradiction')} found." if findings else "Everything can be explained.")
