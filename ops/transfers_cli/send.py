"""``transfers send``: requests from options, a file or standard input into the transfer queue, checked before they go."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from contact_transfer.config.worker_settings import Settings
from contact_transfer.request.envelope import MalformedMessage, open_body
from contact_transfer.request.parser import Refused, TransferRequest, read_request
from transfers_cli import options, say
from transfers_cli.deployment import Deployment, open_deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.look import Looker
from transfers_cli.progress import counting, stopping

BATCH = 10
_BYTES = 900_000


@dataclass(frozen=True)
class Line:
    """One request as it was given. ``wrong``: why it cannot succeed."""

    number: int
    body: str
    request: TransferRequest | None = None
    wrong: str | None = None


@dataclass
class Sent:
    """Message ids by the numbers of the lines; and why lines were not sent."""

    ids: dict[int, str] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


def send(
    *,
    file: Annotated[Path | None, typer.Argument(help="JSON lines, one request each; - is standard input.")] = None,
    contact: Annotated[str | None, typer.Option(help="contactId: id or ARN of the contact.")] = None,
    flow: Annotated[
        str | None, typer.Option(help="contactFlowId: id or ARN of the flow that the transfer starts.")
    ] = None,
    queue: Annotated[str | None, typer.Option(help="queueId; never together with --user.")] = None,
    user: Annotated[str | None, typer.Option(help="userId of the agent; never together with --queue.")] = None,
    instance: Annotated[str | None, typer.Option(help="instanceId; needed when the deployment serves several.")] = None,
    request_id: Annotated[str | None, typer.Option(help="requestId: your own name for the request.")] = None,
    expires_at: Annotated[str | None, typer.Option(help="expiresAt, as in 2026-03-01T09:30:00Z.")] = None,
    reason: Annotated[str | None, typer.Option(help="reason, for the ledger and the events; no personal data.")] = None,
    check: options.Check = False,
    dry_run: options.DryRun = False,
    deployment: options.DeploymentName = "local",
    json_: options.AsJson = False,
) -> None:
    """Send transfer requests: one by options, or many as JSON lines. What cannot succeed is told and not sent.

    Each is checked with the worker's own code and the settings that are deployed. A line may also be one that `failed drop`
    wrote. Status 1: some were not sent.
    """
    given = {
        "instanceId": instance,
        "contactId": contact,
        "contactFlowId": flow,
        "queueId": queue,
        "userId": user,
        "requestId": request_id,
        "expiresAt": expires_at,
        "reason": reason,
    }
    fields = {name: value for name, value in given.items() if value is not None}
    if (file is None) == (not fields):
        raise Stop("Give either a file (- for standard input) or the fields of one request.", Exit.USAGE)
    found = open_deployment(deployment)
    bodies = [json.dumps(fields)] if file is None else _bodies(file)
    lines = [_read(number, body, found.settings) for number, body in enumerate(bodies, start=1)]
    if not lines:
        raise Stop("There is no request to send.", Exit.NOTHING)
    if check:
        lines = _ask_connect(found, lines)
    good = [line for line in lines if line.wrong is None]
    sent = Sent(refused={line.number: line.wrong for line in lines if line.wrong is not None})
    if not dry_run:
        _send(found, good, sent)
    _tell(found, lines, sent, dry_run=dry_run, as_json=json_)
    if sent.refused or (len(sent.ids) < len(good) and not dry_run):
        raise typer.Exit(Exit.NOT_ALL)


def _bodies(file: Path) -> list[str]:
    try:
        with nullcontext(sys.stdin) if str(file) == "-" else file.open(encoding="utf-8") as stream:
            return [_unwrapped(line) for line in stream if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(f"{file} cannot be read: {error}.", Exit.USAGE) from None


def _unwrapped(line: str) -> str:
    """Take the body out of a line that ``failed drop`` wrote."""
    try:
        document = json.loads(line)
    except ValueError:
        return line.strip()
    if isinstance(document, dict) and set(document) == {"messageId", "attributes", "body"}:
        return str(document["body"])
    return line.strip()


def _read(number: int, body: str, settings: Settings) -> Line:
    try:
        opened = open_body(body)
        return Line(number, body, read_request(opened.fields, settings, opened.door))
    except MalformedMessage as error:
        return Line(number, body, wrong=f"MalformedMessage: {error}")
    except Refused as error:
        return Line(number, body, wrong=f"{error.failed.code}: {error.failed.message}")


def _ask_connect(found: Deployment, lines: Sequence[Line]) -> list[Line]:
    looker = Looker(found.aws("connect"), found.settings)
    asked = []
    with counting("asking Connect", len(lines)) as progress:
        for line in lines:
            problem = looker.problem(line.request) if line.request is not None else line.wrong
            asked.append(Line(line.number, line.body, line.request, problem))
            progress.advanced(1)
    return asked


def _send(found: Deployment, lines: Sequence[Line], sent: Sent) -> None:
    sqs, url = found.aws("sqs"), found.output("TransferQueueUrl")
    with counting("sending", len(lines)) as progress, stopping() as stop:
        for some in _batches(lines):
            if stop.is_set():
                return
            entries = [{"Id": str(line.number), "MessageBody": line.body} for line in some]
            answer: Any = sqs.send_message_batch(QueueUrl=url, Entries=entries)
            sent.ids.update({int(one["Id"]): one["MessageId"] for one in answer.get("Successful", [])})
            sent.refused.update({int(one["Id"]): f"SQS: {one['Code']}" for one in answer.get("Failed", [])})
            progress.advanced(len(some))


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    some: list[Line] = []
    size = 0
    for line in lines:
        own = len(line.body.encode(errors="replace"))
        if some and (len(some) == BATCH or size + own > _BYTES):
            yield some
            some, size = [], 0
        some.append(line)
        size += own
    if some:
        yield some


def _tell(found: Deployment, lines: Sequence[Line], sent: Sent, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        told = [
            {
                "line": line.number,
                "requestName": line.request.name if line.request else None,
                "messageId": sent.ids.get(line.number),
                "refused": sent.refused.get(line.number),
            }
            for line in lines
        ]
        say.as_json({**found.place, "dryRun": dry_run, "requests": told})
        return
    for number, why in sorted(sent.refused.items()):
        say.note(f"line {number}: {why}", style="red")
    if dry_run:
        say.result(f"{len(lines) - len(sent.refused)} of {len(lines)} could be sent; nothing was sent.")
        return
    say.result(f"{len(sent.ids)} of {len(lines)} sent.")
    if len(lines) == 1 and sent.ids and lines[0].request is not None:
        say.note(f"what becomes of it: transfers status {lines[0].request.name}")
