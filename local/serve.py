"""``python -m local.serve``: keeps the local cloud and its console up, for any AWS client, and says how to use them."""

from __future__ import annotations

import contextlib
import json
import signal
import threading
import time
from collections.abc import Collection, Iterator
from typing import Annotated

import typer
from rich.console import Console

from contact_transfer.request.timestamps import rfc3339
from local.cloud import LocalCloud
from local.console import console as web_console
from local.demo.contacts import Contacts
from local.processes import end_as_by_ctrl_c
from local.reporting import reported

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
console = Console(highlight=False, emoji=False, soft_wrap=True)

BOTO3 = """\
import boto3, json, os
boto3.client("sqs").send_message(
    QueueUrl=os.environ["TRANSFER_QUEUE_URL"],
    MessageBody=json.dumps({request}),
)"""
QUEUE_CLI = """\
aws sqs send-message --endpoint-url "$AWS_ENDPOINT_URL" --queue-url "$TRANSFER_QUEUE_URL" \\
    --message-body '{request}'"""
BUS_CLI = """\
aws events put-events --endpoint-url "$AWS_ENDPOINT_URL" --entries '{entries}'"""
CONNECT_CLI = """\
aws connect describe-contact --endpoint-url "$AWS_ENDPOINT_URL_CONNECT" \\
    --instance-id "$CONNECT_INSTANCE_ID" --contact-id {contact}"""


#: What the other examples do not show, by the operators' command, in this order: each line after the one before.
COMMANDS = """\
transfers send --contact {first} {to} --priority urgent
transfers send --contact {first} {to} --request-id again --follow
transfers send --contact {second} {to} --only-if-waiting --batch-id demo
transfers send --contact {second} {to} --not-before {later} --batch-id demo
transfers scheduled
transfers batch demo
transfers cancel --batch-id demo
transfers sweep --from-queue {queue} {flow_to_another} --older-than 1m --dry-run"""


def exports(cloud: LocalCloud, tasks: list[str]) -> dict[str, str]:
    """Return the environment variables for a shell that wants to use this cloud; the last two tasks are for the README's examples."""
    (first, second), (flow, queue) = tasks[-2:], destination(cloud)
    return {
        **cloud.environment(),
        "TRANSFER_QUEUE_URL": cloud.outputs["TransferQueueUrl"],
        "URGENT_QUEUE_URL": cloud.outputs["UrgentQueueUrl"],
        "DEAD_LETTER_QUEUE_URL": cloud.outputs["DeadLetterQueueUrl"],
        "EVENT_BUS_NAME": cloud.outputs["EventBusName"],
        "LEDGER_TABLE_NAME": cloud.outputs["LedgerTableName"],
        "CONNECT_INSTANCE_ID": cloud.instance_id,
        "CONNECT_CONTROL_URL": f"{cloud.connect.url}/_control/",
        "TRANSFERS_DEPLOYMENT": cloud.deployment,
        "CONTACT_ID": first,
        "ANOTHER_CONTACT_ID": second,
        "CONTACT_FLOW_ID": flow,
        "QUEUE_ID": queue,
        "ANOTHER_QUEUE_ID": cloud.seed["queues"]["Overflow"],
    }


def destination(cloud: LocalCloud) -> tuple[str, str]:
    """Return a flow and a queue of the first instance that the deployment's lists allow."""
    settings = cloud.settings
    flow = _allowed(cloud, "contact-flow", settings.allowed_contact_flow_ids)
    queue = _allowed(cloud, "queue", settings.allowed_queue_ids)
    return flow or cloud.seed["flows"]["Move to queue"], queue or cloud.seed["queues"]["Billing"]


def _allowed(cloud: LocalCloud, kind: str, allowed: Collection[str]) -> str | None:
    prefix = f"{cloud.instance_arns[0]}/{kind}/"
    held = (arn.partition("=")[0].removeprefix(prefix) for arn in cloud.resources if arn.startswith(prefix))
    return next((id_ for id_ in held if id_ in allowed), None)


def contacts(cloud: LocalCloud) -> list[str]:
    """Make contacts to try out with: four for the examples that are printed, two for the README's."""
    make = Contacts(cloud)
    channel = make.task if "TASK" in cloud.settings.allowed_channels else make.email
    return [channel() for _ in range(6)]


def commands(cloud: LocalCloud, tasks: list[str]) -> str:
    """Return lines for the operators' command: urgent, following, on a condition, for later, a batch, a cancellation, a sweep.

    ``tasks``: ids of contacts, as ``contacts`` makes them.
    """
    flow, queue = destination(cloud)
    which = f"--instance {cloud.instance_id} " if len(cloud.instance_arns) > 1 else ""
    another = cloud.seed["queues"]["Overflow"]
    return COMMANDS.format(
        first=tasks[2],
        second=tasks[3],
        to=f"{which}--flow {flow} --queue {queue}",
        flow_to_another=f"{which}--flow {flow} --to-queue {another}",
        queue=queue,
        later=rfc3339(time.time() // 1 + 3600),
    )


def guide(cloud: LocalCloud, tasks: list[str]) -> Iterator[tuple[str, str]]:
    """Yield headings and texts: what to export, how to send a request, what there is to name in one.

    ``tasks``: ids of contacts that can be transferred.
    """
    flow, queue = destination(cloud)
    which = {"instanceId": cloud.instance_id} if len(cloud.instance_arns) > 1 else {}
    first, second = ({**which, "contactId": task, "contactFlowId": flow, "queueId": queue} for task in tasks[:2])
    entry = {
        "Source": "my-application",
        "DetailType": "Contact Transfer Requested",
        "Detail": json.dumps(second),
        "EventBusName": cloud.outputs["EventBusName"],
    }
    yield "export", "\n".join(f"export {name}={value}" for name, value in exports(cloud, tasks).items())
    yield "send a request to the queue, in Python (.venv/bin/python)", BOTO3.format(request=json.dumps(first))
    yield "the same with the AWS CLI", QUEUE_CLI.format(request=json.dumps(first))
    yield "or put an event on the bus", BUS_CLI.format(entries=json.dumps([entry]))
    yield (
        "and, with .venv/bin/transfers: urgent, follow, only while it waits, later, batch, cancel, sweep",
        commands(cloud, tasks),
    )
    yield "and look at the contact", CONNECT_CLI.format(contact=tasks[0])
    for arn, seed in cloud.seeds.items():
        for kind in ("flows", "queues", "users"):
            yield f"{kind} of {arn}", "\n".join(f"{id_}  {name}" for name, id_ in seed[kind].items())
    if cloud.resources:
        yield "and what the settings name", "\n".join(cloud.resources)
    yield "contacts", "\n".join(tasks)
    yield "logs", str(cloud.logs)


@app.command()
def main(
    deployment: Annotated[str, typer.Option(help="Which deployment: deployments/NAME.json.")] = "local",
) -> None:
    """Keep the local cloud up until Ctrl-C, and print what to export and how to send requests."""
    end_as_by_ctrl_c()
    with reported(console), LocalCloud(deployment) as cloud, web_console(cloud) as address:
        for heading, text in guide(cloud, contacts(cloud)):
            console.print(f"\n# {heading}", style="bold", markup=False)
            console.print(text, markup=False)
        console.print("\n# the console, for one browser; for another one: .venv/bin/transfers web", style="bold")
        console.print(address, markup=False)
        console.print("\nup until Ctrl-C", style="bold green")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # make hands Ctrl-C on as well, perhaps while Python ends
    console.print("ended", style="dim")


if __name__ == "__main__":
    app()
