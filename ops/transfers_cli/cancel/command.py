"""``transfers cancel``: its options, and what it tells."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from contact_transfer.request.cancellation import Cancellation, read_cancellation
from contact_transfer.request.identity import request_name
from contact_transfer.request.parser import Refused
from transfers_cli import options, say
from transfers_cli.batch.progress import BatchProgress, read_progress
from transfers_cli.cancel.carrying_out import Done, carry_out
from transfers_cli.deployment import Deployment, open_deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.ledger import LedgerReader


def cancel(
    *,
    request_id: Annotated[str | None, typer.Option("--request-id", help="The requestId of the request.")] = None,
    batch_id: Annotated[str | None, typer.Option("--batch-id", help="The batchId of the requests.")] = None,
    instance: options.Instance = None,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    deployment: options.DeploymentName = "",
    json_: options.AsJson = False,
) -> None:
    """Cancel what is queued or scheduled, and what arrives within seven days from now, by requestId or by batch.

    What is transferred, under way or in doubt stays as it is, and the command says what that is. The cancellation goes to the
    queue in which fewer messages wait. Each request that it ends is announced as `Contact Transfer Cancelled`; what is scheduled
    ends at once.
    """
    if (request_id is None) == (batch_id is None):
        raise Stop("Give either --request-id or --batch-id.", Exit.USAGE)
    found = open_deployment(deployment)
    cancellation = _cancellation(found, instanceId=instance, cancelRequestId=request_id, cancelBatchId=batch_id)
    what = f"request {request_id}" if request_id is not None else f"batch {batch_id}"
    _note_transfer(found, cancellation, what)
    if not dry_run:
        say.confirm(f"Cancel {what} in {found.stack}?", yes=yes)
    done = None if dry_run else carry_out(found, cancellation)
    progress = _progress(found, cancellation)
    if json_:
        say.as_json({**found.place, **cancellation.message(), **_as_dict(done, progress)})
    else:
        _show(cancellation, done, what, progress)


def _note_transfer(found: Deployment, cancellation: Cancellation, what: str) -> None:
    before = _transferred(found, cancellation)
    if before is not None:
        say.note(f"{what} is transferred already, to contact {before}: a cancellation changes nothing of that.")


def _cancellation(found: Deployment, **named: str | None) -> Cancellation:
    """The cancellation, checked with the worker's own code. Raise ``Stop``."""
    body = {name: value for name, value in named.items() if value is not None}
    try:
        return read_cancellation(body, found.settings.instance_arns)
    except Refused as refused:
        raise Stop(f"{refused.failed.code}: {refused.failed.message}", Exit.USAGE) from None


def _transferred(found: Deployment, cancellation: Cancellation) -> str | None:
    """The contact that the request was transferred to, if the ledger knows that it was."""
    if cancellation.request_id is None:
        return None
    name = request_name(cancellation.instance_id, cancellation.request_id)
    reader = LedgerReader(found)
    known = reader.request_id(name)
    story = reader.story(known.instance_id, known.contact_id) if known is not None else None
    done = None if story is None else story.contact.transfer
    if done is None or done.name != name:
        return None
    return done.new_contact_id or "an unknown one"


def _progress(found: Deployment, cancellation: Cancellation) -> BatchProgress | None:
    if cancellation.batch_id is None:
        return None
    return read_progress(found, [cancellation.instance_id], cancellation.batch_id)


def _as_dict(done: Done | None, progress: BatchProgress | None) -> dict[str, Any]:
    return {
        "dryRun": done is None,
        "messageId": done and done.message_id,
        "isRead": done and done.is_read,
        "schedules": done and done.schedules,
        "batch": progress and progress.as_dict(),
    }


def _show(cancellation: Cancellation, done: Done | None, what: str, progress: BatchProgress | None) -> None:
    if done is None:
        say.result(f"Nothing was sent. The cancellation of {what} would be {json.dumps(cancellation.message())}.")
    elif done.is_read:
        ended = f", and {say.count(done.schedules, 'schedule')} deleted" if done.schedules else ""
        say.result(f"{what} is cancelled{ended}. What had happened before stays as it is.")
    else:
        say.result(f"The cancellation of {what} is sent; {say.count(done.before, 'message')} may be read before it.")
        say.note("Nothing scheduled was touched yet. Give the command again to see it through.", style="yellow")
    if progress is not None:
        say.facts(what, progress.facts())
        say.note(f"see how it goes on: transfers batch {progress.batch_id}")
    else:
        say.note(f"what became of it: transfers status --request-id {cancellation.request_id}")
