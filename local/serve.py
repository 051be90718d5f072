"""``python -m local.serve``: keeps the local cloud up for any AWS client and says how to use it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import Console

from local.cloud import LocalCloud
from local.deployment import DeployError
from local.processes import StartError, end_as_by_ctrl_c

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


def exports(cloud: LocalCloud, tasks: list[str]) -> dict[str, str]:
    """Return the environment variables for a shell that wants to use this cloud; the last two tasks are for the README's examples."""
    first, second = tasks[-2:]
    return {
        **cloud.environment(),
        "TRANSFER_QUEUE_URL": cloud.outputs["TransferQueueUrl"],
        "DEAD_LETTER_QUEUE_URL": cloud.outputs["DeadLetterQueueUrl"],
        "EVENT_BUS_NAME": cloud.outputs["EventBusName"],
        "LEDGER_TABLE_NAME": cloud.outputs["LedgerTableName"],
        "CONNECT_INSTANCE_ID": cloud.instance_id,
        "CONNECT_CONTROL_URL": f"{cloud.connect.url}/_control/",
        "CONTACT_ID": first,
        "ANOTHER_CONTACT_ID": second,
        "CONTACT_FLOW_ID": cloud.seed["flows"]["Move to queue"],
        "QUEUE_ID": cloud.seed["queues"]["Billing"],
    }


def contacts(cloud: LocalCloud) -> list[str]:
    """Make tasks to try out with: two for the examples that are printed, two for the README's."""
    connect, flow = cloud.client("connect"), cloud.seed["flows"]["Inbound"]
    made = (
        connect.start_task_contact(InstanceId=cloud.instance_id, ContactFlowId=flow, Name=f"Task {number}")
        for number in (1, 2, 3, 4)
    )
    return [str(answer["ContactId"]) for answer in made]


def guide(cloud: LocalCloud, tasks: list[str]) -> Iterator[tuple[str, str]]:
    """Yield headings and texts: what to export, how to send a request, what there is to name in one."""
    flows, queues = cloud.seed["flows"], cloud.seed["queues"]
    first, second = (
        {"contactId": task, "contactFlowId": flows["Move to queue"], "queueId": queues["Billing"]} for task in tasks[:2]
    )
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
    yield "and look at the contact", CONNECT_CLI.format(contact=tasks[0])
    for kind in ("flows", "queues", "users"):
        yield kind, "\n".join(f"{id_}  {name}" for name, id_ in cloud.seed[kind].items())
    yield "tasks", "\n".join(tasks)
    yield "logs", str(cloud.logs)


@app.command()
def main(
    deployment: Annotated[str, typer.Option(help="Which deployment: deployments/NAME.json.")] = "local",
) -> None:
    """Keep the local cloud up until Ctrl-C, and print what to export and how to send requests."""
    end_as_by_ctrl_c()
    try:
        with LocalCloud(deployment) as cloud:
            for heading, text in guide(cloud, contacts(cloud)):
                console.print(f"\n# {heading}", style="bold", markup=False)
                console.print(text, markup=False)
            console.print("\nup until Ctrl-C", style="bold green")
            threading.Event().wait()
    except (StartError, DeployError, TimeoutError) as error:
        console.print(str(error), style="bold red", markup=False)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        console.print("ended", style="dim")


if __name__ == "__main__":
    app()
