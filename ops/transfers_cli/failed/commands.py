"""``transfers failed``: look at failed requests, send them again, drop them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from transfers_cli import options, say
from transfers_cli.deployment import Deployment, open_deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.failed import redriving, showing
from transfers_cli.failed.dropping import drop_all
from transfers_cli.failed.looking import Looking
from transfers_cli.failed.moving import Moved
from transfers_cli.failed.parked import Choice, Parked, moment
from transfers_cli.failed.tasks import Tasks
from transfers_cli.failed.verdict import WORTH_SENDING, Prospect, prospects
from transfers_cli.progress import counting

app = typer.Typer(
    no_args_is_help=True,
    help="Failed requests: the dead-letter queue, looked at without hiding or losing a message.",
)

Codes = Annotated[list[str] | None, typer.Option("--code", help="Only these failure codes; NoCode, NotDelivered too.")]
Contact = Annotated[str | None, typer.Option(help="Only requests for this contact.")]
Route = Annotated[str | None, typer.Option(help="Only requests of this route.")]
After = Annotated[str | None, typer.Option(help="Failed since then: 90m, 2h, 3d, or 2026-03-01T09:30:00Z.")]
Before = Annotated[str | None, typer.Option(help="Failed before then; as --after.")]
Ids = Annotated[list[str] | None, typer.Argument(help="Message ids, as ls shows them or as they were when first sent.")]
All = Annotated[bool, typer.Option("--all", help="Everything; must be said when nothing else is chosen.")]


def _choice(
    codes: list[str] | None, contact: str | None, route: str | None, after: str | None, before: str | None
) -> Choice:
    return Choice(frozenset(codes or ()), contact, route, moment(after), moment(before))


def _looking(deployment: Deployment, hold: int | None = None) -> Looking:
    return Looking(deployment.aws("sqs"), deployment.output("DeadLetterQueueUrl"), hold)


def _see(looking: Looking, choice: Choice) -> list[Parked]:
    with counting("looking", looking.total) as progress:
        seen = looking.look(progress.reached)
    return [message for message in seen if message in choice]


def _chosen(choice: Choice, ids: list[str] | None, *, everything: bool) -> Choice:
    choice = Choice(choice.codes, choice.contact, choice.route, choice.after, choice.before, frozenset(ids or ()))
    if choice.everything and not everything:
        raise Stop("Say which: message ids, --code, --contact, --route, --after, --before, or --all.", Exit.USAGE)
    return choice


@app.command("ls")
def ls(
    *,
    codes: Codes = None,
    contact: Contact = None,
    route: Route = None,
    after: After = None,
    before: Before = None,
    each: Annotated[bool, typer.Option("--each", "-e", help="Every message, not only the groups.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="With --each, at most so many messages.")] = 50,
    deployment: options.DeploymentName = "local",
    json: options.AsJson = False,
) -> None:
    """Show what has failed, grouped by code and route. Every message stays, and is visible to others again at once."""
    found = open_deployment(deployment)
    with _looking(found) as looking:
        messages = _see(looking, _choice(codes, contact, route, after, before))
    if json:
        say.as_json({**found.place, "messages": [m.summary() for m in messages], "elsewhere": looking.elsewhere})
    else:
        say.out.print(showing.listing(messages, limit) if each else showing.groups(messages))
        showing.unseen(looking)


@app.command("show")
def show(
    *,
    message: Annotated[str, typer.Argument(help="A message id, as ls --each shows it, or as it was when first sent.")],
    deployment: options.DeploymentName = "local",
    json: options.AsJson = False,
) -> None:
    """Show one failed request whole, with its body, and say what sending it again would bring.

    Status 3: it is not there, or somebody else has it in hand.
    """
    found = open_deployment(deployment)
    with _looking(found) as looking:
        messages = _see(looking, Choice(ids=frozenset({message})))
    if not messages:
        showing.unseen(looking)
        raise Stop(f"There is no message {message} in the dead-letter queue.", Exit.NOTHING)
    verdict = _judge(found, messages)[messages[0].message_id][0]
    if json:
        outlook = {"prospect": verdict.prospect, "why": verdict.why}
        say.as_json({**messages[0].summary(), "body": messages[0].body, "ifSentAgain": outlook})
    else:
        showing.whole(messages[0], verdict)


def _judge(found: Deployment, messages: list[Parked]) -> showing.Prospects:
    return prospects(found.aws("dynamodb"), found.settings, messages, time.time())


@app.command("redrive")
def redrive(
    *,
    ids: Ids = None,
    codes: Codes = None,
    contact: Contact = None,
    route: Route = None,
    after: After = None,
    before: Before = None,
    everything: All = False,
    also: Annotated[
        list[Prospect] | None,
        typer.Option(help="Send these prospects, too: without it, only what is ready, or ready if mended."),
    ] = None,
    rate: Annotated[float | None, typer.Option(min=0.1, help="Messages a second at most.")] = None,
    server_side: Annotated[
        bool, typer.Option("--server-side", help="With --all: SQS moves everything by itself; see also: failed moves.")
    ] = False,
    hold: Annotated[
        int | None,
        typer.Option(
            min=1, max=900, help="Seconds that messages stay away should this process die; grows with the queue."
        ),
    ] = None,
    check: options.Check = False,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    deployment: options.DeploymentName = "local",
    json: options.AsJson = False,
) -> None:
    """Send failed requests again: to the transfer queue first, out of the dead-letter queue second.

    Says beforehand which have meanwhile been transferred, which have expired and which cannot succeed, and leaves those.
    Ctrl-C ends it between two batches. Status 1: not everything chosen was moved; 3: nothing fits, or nothing is worth sending.
    """
    choice = _chosen(_choice(codes, contact, route, after, before), ids, everything=everything)
    if server_side and not everything:
        raise Stop("SQS can only move everything: --server-side goes with --all.", Exit.USAGE)
    found = open_deployment(deployment)
    sending = frozenset(Prospect) if server_side else frozenset(WORTH_SENDING) | frozenset(also or ())
    plan = redriving.plan(found, _looking(found, hold), choice, sending, check=check)
    if not json:
        say.out.print(showing.outlook(plan.messages, plan.judged, sending))
        showing.unseen(plan.looking)
    if not plan.messages:
        raise Stop("No failed request fits.", Exit.NOTHING)
    if dry_run:
        redriving.tell(found, plan, None, as_json=json)
        return
    if not plan.chosen:
        if json:
            redriving.tell(found, plan, Moved(), as_json=True)
        raise Stop(
            f"None of the {len(plan.messages)} is worth sending; --also names what to send all the same.", Exit.NOTHING
        )
    count = f"up to {plan.looking.total}" if server_side else str(len(plan.chosen))
    say.confirm(f"Send {count} of {len(plan.messages)} requests again?", yes=yes)
    if server_side:
        _move_by_sqs(found, rate)
        return
    moved = redriving.carry_out(found, plan, _looking(found, hold), rate)
    redriving.tell(found, plan, moved, as_json=json)
    if not moved.whole or len(moved.sent) < len(plan.chosen):
        raise typer.Exit(Exit.NOT_ALL)


def _tasks(found: Deployment) -> Tasks:
    return Tasks(found.aws("sqs"), found.queue_arn("DeadLetterQueueUrl"))


def _move_by_sqs(found: Deployment, rate: float | None) -> None:
    handle = _tasks(found).start(found.output("TransferQueueArn"), None if rate is None else round(rate))
    say.result(f"SQS moves them: {handle}")
    say.note("See how it goes: transfers failed moves. Stop it: transfers failed moves --cancel.")


@app.command("moves")
def moves(
    *,
    cancel: Annotated[
        bool, typer.Option("--cancel", help="Stop the move under way; what was moved stays moved.")
    ] = False,
    yes: options.Yes = False,
    deployment: options.DeploymentName = "local",
    json: options.AsJson = False,
) -> None:
    """Show the moves that SQS makes by itself (redrive --server-side), and stop one."""
    found = open_deployment(deployment)
    tasks = _tasks(found)
    latest = tasks.latest()
    if cancel:
        running = next((task for task in latest if task["Status"] == "RUNNING"), None)
        if running is None:
            raise Stop("No move is under way.", Exit.NOTHING)
        say.confirm("Stop the move under way?", yes=yes)
        say.result(f"Stopped after {tasks.cancel(running['TaskHandle'])} messages.")
    elif json:
        say.as_json(latest)
    else:
        say.out.print(
            say.table("moves", ("status", "started", "#moved", "#to move", "why it failed"), map(_task, latest))
        )


def _task(task: Any) -> tuple[object, ...]:
    return (
        task["Status"],
        say.when(task["StartedTimestamp"] / 1000),
        task.get("ApproximateNumberOfMessagesMoved"),
        task.get("ApproximateNumberOfMessagesToMove"),
        task.get("FailureReason"),
    )


@app.command("drop")
def drop(
    *,
    ids: Ids = None,
    codes: Codes = None,
    contact: Contact = None,
    route: Route = None,
    after: After = None,
    before: Before = None,
    everything: All = False,
    prospect: Annotated[
        list[Prospect] | None, typer.Option(help="Only those with this prospect: transferred, expired, hopeless …")
    ] = None,
    copy: Annotated[
        Path | None, typer.Option(help="Where the copy goes; a new file in this folder by default.")
    ] = None,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    deployment: options.DeploymentName = "local",
    json: options.AsJson = False,
) -> None:
    """Delete failed requests. Asks first, and writes each to a file before it is deleted; `send` can send that file again."""
    choice = _chosen(_choice(codes, contact, route, after, before), ids, everything=everything or bool(prospect))
    found = open_deployment(deployment)
    plan = redriving.plan(found, _looking(found), choice, frozenset(prospect or Prospect), check=False)
    if not json:
        say.out.print(showing.groups(plan.chosen))
        showing.unseen(plan.looking)
    if not plan.chosen:
        raise Stop("No failed request fits.", Exit.NOTHING)
    path = copy or Path(f"dropped-{found.stack}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.jsonl")
    if not dry_run:
        say.confirm(f"Delete {len(plan.chosen)} requests, with a copy in {path}?", yes=yes)
        dropped = drop_all(found, plan.chosen, _looking(found), path)
    else:
        dropped = 0
    if json:
        say.as_json(
            {**found.place, "chosen": len(plan.chosen), "dropped": dropped, "copy": None if dry_run else str(path)}
        )
    elif not dry_run:
        say.result(f"{dropped} of {len(plan.chosen)} dropped; the copy is {path}")
    if not dry_run and dropped < len(plan.chosen):
        raise typer.Exit(Exit.NOT_ALL)
