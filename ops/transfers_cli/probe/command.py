"""``transfers probe``: its options, what it asks before, and what it says afterwards."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Event
from typing import Annotated, Any

import typer
from rich.text import Text

from contact_transfer.request.arn import InstanceArn, parse_instance
from transfers_cli import options, say, trial_options
from transfers_cli.deployment import Aws
from transfers_cli.errors import Exit, Stop
from transfers_cli.probe.answers import ClientWire
from transfers_cli.probe.cleaning import clean as clean_up
from transfers_cli.probe.contacts import Place
from transfers_cli.probe.findings import State
from transfers_cli.probe.lab import Clock
from transfers_cli.probe.probe import Extras, Probe, Result
from transfers_cli.probe.report import Report
from transfers_cli.probe.trail import Trail
from transfers_cli.progress import stopping
from transfers_cli.sweep.place import one_id
from transfers_cli.trial_contacts import trial_name

Instance = Annotated[str, typer.Option("--instance", help="Id or ARN of the instance.", show_default=False)]
Budget = Annotated[float, typer.Option("--budget", min=2, help="Minutes for everything, the end included.")]
Clean = Annotated[bool, typer.Option("--clean", help="End what a probe that crashed has left, and do nothing else.")]
Contact = Annotated[
    str | None,
    typer.Option("--contact", help="Id of a VOICE or CHAT contact of yours, whose transfer must be refused."),
]
Email = Annotated[str | None, typer.Option("--email", help="E-mail address of the instance: also makes a test e-mail.")]
Folder = Annotated[Path, typer.Option("--folder", help="Where probe-INSTANCE.json and the page beside it are written.")]
_STYLES = {State.SETTLED: "green", State.UNEXPECTED: "bold red", State.NOT_SETTLED: "dim"}


def probe(
    *,
    instance: Instance,
    flow: trial_options.Flow = None,
    queue: trial_options.Queue = None,
    user: trial_options.User = None,
    start_flow: trial_options.StartFlow = None,
    contact: Contact = None,
    email: Email = None,
    budget: Budget = 30.0,
    clean: Clean = False,
    folder: Folder = Path(),
    yes: options.Yes = False,
    json: options.AsJson = False,
) -> None:
    """Find out on your instance what AWS leaves undocumented: how tokens, ended contacts and rejections behave, and how late things show.

    Makes test contacts, within a quarter of the account's quotas, and ends them, also after Ctrl-C. Needs no deployment. Status 1:
    something was unexpected, or could not be ended.
    """
    aws = Aws()
    found = _instance(aws, instance)
    trail = Trail.of(folder, found.instance_id)
    if clean:
        _clean(aws, found, trail)
    else:
        place = _place(found, flow, queue, user, start_flow)
        report = _probed(aws, place, Extras(contact, email), budget, trail, yes=yes)
        _tell(report, folder, json=json)


def _probed(aws: Aws, place: Place, extras: Extras, budget: float, trail: Trail, *, yes: bool) -> Report:
    """Ask, and probe. Raise ``Stop`` if an earlier probe has left something, or the answer is no."""
    if trail.path.exists():
        raise Stop(f"An earlier probe has left {trail.path}: transfers probe --clean first.", Exit.NOT_ALL)
    where = (
        f"{place.instance_id}, transfer them to {place.queue or place.user}, and end them, within {budget:g} minutes"
    )
    say.confirm(f"Start about 50 test contacts in instance {where}?", yes=yes)
    doing = "ending the test contacts; once more to leave them and end at once"
    with stopping(doing) as stop, say.err.status(f"{place.trial}, at most {budget:g} minutes"):
        result = Probe(ClientWire(aws("connect")), _clock(stop), place, budget * 60, trail.record).run(extras)
    if not result.left:
        trail.remove()
    return Report(place, budget, result)


def _clock(stop: Event) -> Clock:
    return Clock(time.monotonic, lambda seconds: not stop.wait(seconds), time.sleep)


def _instance(aws: Aws, given: str) -> InstanceArn:
    """The instance as Connect knows it, shown before anything is done."""
    described: Any = aws("connect").describe_instance(InstanceId=given.rsplit("/", 1)[-1])["Instance"]
    found = parse_instance(described["Arn"])
    say.note(f"account {found.account}  Region {found.region}  instance {found.instance_id}", style="bold cyan")
    if aws.region != found.region:
        raise Stop(f"Your Region is {aws.region}; the instance's is {found.region}: set AWS_REGION.", Exit.USAGE)
    return found


def _place(
    instance: InstanceArn, flow: str | None, queue: str | None, user: str | None, start_flow: str | None
) -> Place:
    if flow is None or (queue is None and user is None):
        raise Stop("It needs --flow, and --queue or --user or both: where the test contacts go.", Exit.USAGE)
    to = one_id(instance, "contact-flow", flow, "--flow")
    return Place(
        instance_id=instance.instance_id,
        instance_arn=instance.text,
        start_flow=to if start_flow is None else one_id(instance, "contact-flow", start_flow, "--start-flow"),
        flow=to,
        queue=None if queue is None else one_id(instance, "queue", queue, "--queue"),
        user=None if user is None else one_id(instance, "agent", user, "--user"),
        trial=trial_name("probe"),
        began=time.time(),
    )


def _clean(aws: Aws, instance: InstanceArn, trail: Trail) -> None:
    with stopping("ending") as stop, say.err.status("looking for test contacts"):
        ended, left = clean_up(ClientWire(aws("connect")), _clock(stop), instance, trail, time.time())
    say.result(f"{say.count(ended, 'test contact')} ended")
    if left:
        raise Stop("Left behind: " + "; ".join(f"{name}: {why}" for name, why in left.items()), Exit.NOT_ALL)
    trail.remove()


def _tell(report: Report, folder: Path, *, json: bool) -> None:
    result = report.result
    file, page = report.write(folder)
    if json:
        say.as_json(report.document())
    else:
        _show(result)
    say.note(f"written: {file}, {page}")
    for name, why in result.left.items():
        say.note(f"left behind: {name}: {why}; end it with transfers probe --clean", style="bold red")
    if result.interrupted:
        raise Stop("Interrupted; what was found until then is written.", Exit.INTERRUPTED)
    if result.left or any(one.state is State.UNEXPECTED for one in result.findings):
        raise typer.Exit(Exit.NOT_ALL)


def _show(result: Result) -> None:
    rows = (
        (one.behaviour.name, Text(one.state, _STYLES[one.state]), one.behaviour.assumed, one.sentence)
        for one in result.findings
    )
    say.out.print(say.table("", ("!behaviour", "!", "assumed", "observed"), rows))
    counted = {state: sum(one.state is state for one in result.findings) for state in State}
    say.result(", ".join(f"{count} {state}" for state, count in counted.items() if count))
