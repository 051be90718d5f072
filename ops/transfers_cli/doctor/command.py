"""``transfers doctor``: which checks there are, and how they are run and shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.text import Text

from contact_transfer.request.arn import parse_instance
from transfers_cli import options, say, trial_options
from transfers_cli.deployment import Aws, Deployment, find
from transfers_cli.doctor import in_account, in_connect, in_regions, in_stack, leftovers, neighbours, probed, roles
from transfers_cli.doctor.finding import Check, Finding, Level, Subject, Target
from transfers_cli.doctor.live.command import live as try_sources
from transfers_cli.doctor.live.request import Options
from transfers_cli.errors import Exit, Stop
from transfers_cli.planned import planned

ALWAYS: tuple[Check, ...] = (
    in_connect.instances,
    in_regions.regions,
    in_connect.flows,
    in_connect.queues,
    in_connect.users,
    in_connect.routes,
    in_account.quota,
    neighbours.neighbours,
    probed.probe_file,
)
BEFORE: tuple[Check, ...] = (*leftovers.CHECKS, *ALWAYS)
DEPLOYED: tuple[Check, ...] = (
    in_stack.stack,
    *ALWAYS,
    in_stack.mapping,
    roles.role,
    roles.schedules,
    roles.sweeps,
    in_account.event_bridge,
    in_stack.flow_function,
    in_stack.alarms,
    in_stack.waiting,
)
_MARKS = {Level.GOOD: "green", Level.LOOK: "yellow", Level.BAD: "bold red", Level.UNKNOWN: "magenta"}
_FIELD = re.compile(r'"(contactFlowId|queueId|userId|route)":\s*"([^"]+)"')


Before = Annotated[
    bool, typer.Option("--before", help="Check deployments/NAME.json, as before it is deployed for the first time.")
]
Live = Annotated[
    bool,
    typer.Option(
        "--live", help="Transfer a test contact through every source, and end it: needs --flow and --queue or --user."
    ),
]


def doctor(
    *,
    before: Before = False,
    live: Live = False,
    flow: trial_options.Flow = None,
    queue: trial_options.Queue = None,
    user: trial_options.User = None,
    start_flow: trial_options.StartFlow = None,
    instance: trial_options.Instance = None,
    seconds: trial_options.Seconds = 120.0,
    yes: options.Yes = False,
    deployment: options.DeploymentName = "",
    json: options.AsJson = False,
) -> None:
    """Check a deployment: instances, flows, queues, agents, quota, role, keys, routes, alarms. Each finding says what to do.

    Changes nothing; only `--live` does: it starts test contacts, after asking, and ends them. Status 1: something is bad. What
    could not be checked, often because you lack a permission, is reported and does not count as bad.
    """
    given = Options(flow, queue, user, start_flow, instance, seconds)
    if (given != Options() and not live) or (live and before):
        raise Stop("The options about test contacts go with --live, which goes without --before.", Exit.USAGE)
    subject = _planned(deployment) if before else _running(deployment)
    findings = try_sources(subject, given, yes=yes) if live else _check(subject)
    if json:
        say.as_json([finding.as_dict() for finding in findings])
    else:
        _show(findings)
    if any(finding.level is Level.BAD for finding in findings):
        raise typer.Exit(Exit.NOT_ALL)


def _check(subject: Subject) -> list[Finding]:
    findings: list[Finding] = []
    with say.err.status("checking"):
        for check in BEFORE if subject.found is None else DEPLOYED:
            findings += _run(check, subject)
    return findings


def _run(check: Check, subject: Subject) -> Iterator[Finding]:
    try:
        yield from check(subject)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code")
        what = _name(check)
        yield Finding(
            Level.UNKNOWN,
            what,
            f"{error.operation_name} answered {code}",
            "Your role may not allow the call, or the endpoint lacks it.",
        )
    except (BotoCoreError, Stop) as error:
        yield Finding(Level.UNKNOWN, _name(check), str(error), "Check by hand.")


def _name(check: Check) -> str:
    left = " left" if check in leftovers.CHECKS[1:] else ""
    return check.__name__.replace("_", " ") + left


def _show(findings: list[Finding]) -> None:
    rows = ((Text(f.level, _MARKS[f.level]), f.what, f.seen, f.do) for f in findings)
    table = say.table("", ("!", "what", "seen", "what to do"), rows)
    say.out.print(table)
    counted = {level: sum(f.level is level for f in findings) for level in Level}
    say.result(", ".join(f"{count} {level}" for level, count in counted.items() if count))


def _running(name: str) -> Subject:
    found = find(name)
    found.announce()
    settings = found.settings
    return Subject(
        name=found.prefix,
        aws=found.aws,
        instances=tuple(parse_instance(text) for text in settings.instance_arns),
        flows=settings.allowed_contact_flow_ids,
        queues=settings.allowed_queue_ids,
        users=settings.allowed_user_ids,
        channels=settings.allowed_channels,
        pace=settings.transfers_per_second,
        burst=settings.burst,
        routes=tuple(_routes(found)),
        found=found,
    )


def _routes(found: Deployment) -> Iterator[Target]:
    """What routes transfer to, as their rules write it."""
    for target in in_account.rule_targets(found):
        template = target.get("InputTransformer", {}).get("InputTemplate", "")
        fields = dict(_FIELD.findall(template))
        if "contactFlowId" in fields:
            route = fields.get("route", "?")
            yield Target(route, fields["contactFlowId"], fields.get("queueId"), fields.get("userId"))


def _planned(name: str) -> Subject:
    settings = planned(name)
    aws = Aws()
    say.note(
        f"account {settings.place.account}  Region {settings.place.region}  deployments/{settings.name}.json",
        style="bold cyan",
    )
    if aws.region != settings.place.region:
        raise Stop(
            f"Your Region is {aws.region}; the deployment's is {settings.place.region}: set AWS_REGION.", Exit.USAGE
        )
    routes = (Target(r.name, r.contact_flow_id, r.queue_id, r.user_id) for r in settings.routes)
    return Subject(
        name=settings.name,
        aws=aws,
        instances=tuple(parse_instance(instance.arn) for instance in settings.instances),
        flows=settings.allowed_contact_flow_ids,
        queues=settings.allowed_queue_ids,
        users=settings.allowed_user_ids,
        channels=settings.allowed_channels,
        pace=settings.transfers_per_second,
        burst=settings.burst,
        routes=tuple(routes),
    )
