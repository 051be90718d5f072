"""``transfers send``: its options, and what it tells."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from transfers_cli import options, say
from transfers_cli.deployment import Deployment, open_deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.send.field_options import with_field_options
from transfers_cli.send.lines import Line, ask_connect, read_line, read_lines
from transfers_cli.send.sending import Sent, send_lines


@with_field_options
def send(
    *,
    file: Annotated[Path | None, typer.Argument(help="JSON lines, one request each; - is standard input.")] = None,
    given: dict[str, Any],
    check: options.Check = False,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    deployment: options.DeploymentName = "",
    json_: options.AsJson = False,
) -> None:
    """Send transfer requests: one by options, or many as JSON lines. What cannot succeed is reported and not sent.

    Each is checked with the worker's own code and the settings that are deployed. A line may also be one that `failed drop`
    wrote. Asks before it sends. Status 1: some were not sent.
    """
    _check_usage(file, given, answered=yes or dry_run)
    found = open_deployment(deployment)
    lines = _lines(found, file, given, check=check)
    good = [line for line in lines if line.wrong is None]
    sent = Sent(refused={line.number: line.wrong for line in lines if line.wrong is not None})
    _show_refused(sent.refused, one=file is None)
    known = len(sent.refused)
    if good and not dry_run:
        say.confirm(f"Send {say.count(len(good), 'request')} to {found.stack}?", yes=yes)
        send_lines(found, good, sent)
        _show_refused(dict(list(sent.refused.items())[known:]), one=file is None)
    _show_result(found, lines, sent, dry_run=dry_run, as_json=json_)
    if sent.refused or (len(sent.ids) < len(good) and not dry_run):
        raise typer.Exit(Exit.NOT_ALL)


def _check_usage(file: Path | None, given: dict[str, Any], *, answered: bool) -> None:
    if (file is None) == (not given):
        raise Stop("Give either a file (- for standard input) or the fields of one request.", Exit.USAGE)
    if str(file) == "-" and not answered:
        raise Stop("Standard input holds the requests, so nobody can answer there: add --yes or --dry-run.", Exit.USAGE)


def _lines(found: Deployment, file: Path | None, given: dict[str, Any], *, check: bool) -> list[Line]:
    lines = [read_line(1, json.dumps(given), found.settings)] if file is None else read_lines(file, found.settings)
    if not lines:
        raise Stop("There is no request to send.", Exit.NOTHING)
    return list(ask_connect(found, lines)) if check else lines


def _show_refused(refused: dict[int, str], *, one: bool) -> None:
    for number, why in sorted(refused.items()):
        say.note(why if one else f"line {number}: {why}", style="red")


def _show_result(found: Deployment, lines: Sequence[Line], sent: Sent, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        requests = [
            {
                "line": line.number,
                "requestName": line.request.name if line.request else None,
                "messageId": sent.ids.get(line.number),
                "refused": sent.refused.get(line.number),
            }
            for line in lines
        ]
        say.as_json({**found.place, "dryRun": dry_run, "requests": requests})
        return
    if dry_run:
        say.result(f"{len(lines) - len(sent.refused)} of {len(lines)} could be sent; nothing was sent.")
        return
    say.result(f"{len(sent.ids)} of {len(lines)} sent.")
    if len(lines) == 1 and sent.ids and lines[0].request is not None:
        say.note(f"what becomes of it: transfers status {lines[0].request.name}")
