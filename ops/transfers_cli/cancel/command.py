"""``transfers cancel``: its options, and what it tells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from contact_transfer.request.cancellation import read_cancellation
from contact_transfer.request.identity import request_name
from contact_transfer.request.parser import Refused
from contact_transfer.request.source import Source, mark
from transfers_cli import options, say
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

    What is transferred, under way or in doubt stays as it is. The cancellation goes to the urgent queue, so it does not wait
    behind a backlog. Each request that it ends is announced as `Contact Transfer Cancelled`.
    """
    if (request_id is None) == (batch_id is None):
        raise Stop("Give either --request-id or --batch-id.", Exit.USAGE)
    found = open_deployment(deployment)
    body = _body(found, {"instanceId": instance, "cancelRequestId": request_id, "cancelBatchId": batch_id})
    what = f"request {request_id}" if request_id is not None else f"batch {batch_id}"
    before = _transferred(found, body["instanceId"], request_id)
    if before is not None:
        say.note(f"{what} is transferred already, to contact {before}: a cancellation changes nothing of that.")
    message_id = None
    if not dry_run:
        say.confirm(f"Cancel {what} in {found.stack}?", yes=yes)
        message_id = _send(found, body)
    _show(found, body, message_id, what, as_json=json_)


def _body(found: Deployment, named: Mapping[str, str | None]) -> dict[str, str]:
    """The cancellation as its message has it, checked with the worker's own code. Raise ``Stop``."""
    body = {name: value for name, value in named.items() if value is not None}
    try:
        cancellation = read_cancellation(body, found.settings.instance_arns)
    except Refused as refused:
        raise Stop(f"{refused.failed.code}: {refused.failed.message}", Exit.USAGE) from None
    return {**body, "instanceId": cancellation.instance_id}


def _transferred(found: Deployment, instance_id: str, request_id: str | None) -> str | None:
    """The contact that the request was transferred to, if the ledger knows that it was."""
    if request_id is None:
        return None
    name = request_name(instance_id, request_id)
    reader = LedgerReader(found)
    known = reader.request_id(name)
    story = reader.story(known.instance_id, known.contact_id) if known is not None else None
    done = None if story is None else story.contact.transfer
    if done is None or done.name != name:
        return None
    return done.new_contact_id or "an unknown one"


def _send(found: Deployment, body: dict[str, Any]) -> str:
    answer = found.aws("sqs").send_message(
        QueueUrl=found.output("UrgentQueueUrl"), MessageBody=json.dumps(body), MessageAttributes=mark(Source.CLI)
    )
    return str(answer["MessageId"])


def _show(found: Deployment, body: dict[str, Any], message_id: str | None, what: str, *, as_json: bool) -> None:
    if as_json:
        say.as_json({**found.place, **body, "dryRun": message_id is None, "messageId": message_id})
        return
    if message_id is None:
        say.result(f"Nothing was sent. The cancellation of {what} would be {json.dumps(body)}.")
        return
    say.result(f"The cancellation of {what} is sent.")
    if "cancelRequestId" in body:
        say.note(f"what became of it: transfers status --request-id {body['cancelRequestId']}")
