"""``transfers cancel``: its options, and what it tells."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from contact_transfer.request.cancellation import Cancellation
from transfers_cli import options, say
from transfers_cli.batch.progress import BatchProgress
from transfers_cli.cancel.carrying_out import Done, carry_out
from transfers_cli.cancel.wanted import check_named, read_wanted
from transfers_cli.deployment import open_deployment


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
    queue in which fewer messages wait, and the worker is invoked with it, so that it is read at once. Each request that it ends is
    announced as `Contact Transfer Cancelled`; what is scheduled ends at once.
    """
    check_named(request_id, batch_id)
    found = open_deployment(deployment)
    wanted = read_wanted(found, instance=instance, request_id=request_id, batch_id=batch_id)
    if before := wanted.note():
        say.note(before)
    if not dry_run:
        say.confirm(f"Cancel {wanted.what} in {found.stack}?", yes=yes)
    done = None if dry_run else carry_out(found, wanted.cancellation)
    progress = wanted.progress()
    if json_:
        say.as_json({**found.place, **wanted.cancellation.message(), **_as_dict(done, progress)})
    else:
        _show(wanted.cancellation, done, wanted.what, progress)


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
