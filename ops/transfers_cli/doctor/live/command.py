"""``transfers doctor --live``: what it asks before, and what it adds to the trial's own findings."""

from __future__ import annotations

from collections.abc import Iterator

from transfers_cli import say
from transfers_cli.deployment import Deployment
from transfers_cli.doctor.finding import Finding, Level, Subject
from transfers_cli.doctor.live.request import Options, read
from transfers_cli.doctor.live.sources import SOURCES
from transfers_cli.doctor.live.trial import LiveTrial
from transfers_cli.errors import Exit, Stop
from transfers_cli.look import Looker
from transfers_cli.progress import stopping
from transfers_cli.trial_contacts import TrialContacts, trial_name


def live(subject: Subject, given: Options, *, yes: bool) -> list[Finding]:
    """Try every source of a deployment that runs.

    Args:
        subject: the deployment.
        given: the options about the test contacts.
        yes: nobody is asked before they are started.

    Raises:
        Stop: the options make no sense, transfers are paused, the answer was no, or Ctrl-C (after everything was cleaned up).
    """
    found = subject.found
    assert found is not None  # noqa: S101 - the command's own options say so
    trial = read(found, given, trial_name("doctor"))
    _check_running(found)
    where = f"{trial.instance.instance_id}, transfer them to {trial.goal.get('queueId') or trial.goal.get('userId')}"
    say.confirm(f"Start {len(SOURCES)} test contacts in instance {where}, and end them?", yes=yes)
    connect = found.aws("connect")
    looker = Looker(connect, found.settings)
    contacts = TrialContacts(connect, looker, trial.instance.instance_id, trial.start_flow, trial.name)
    with stopping("ending the test contacts; once more to leave them and end at once") as stop:
        with say.err.status(f"trial {trial.name}"):
            findings = LiveTrial(found, trial, contacts, stop).run()
        if stop.is_set():
            left = [f"{one.what}: {one.seen}" for one in findings if one.seen.startswith("left behind")]
            raise Stop("; ".join(left) or "Interrupted; nothing of the trial is left behind.", Exit.INTERRUPTED)
    return [*findings, *left_out(subject)]


def _check_running(found: Deployment) -> None:
    states = {mapping["State"] for mapping in found.mappings}
    if not states <= {"Enabled", "Enabling"}:
        raise Stop("Transfers are paused, so no test contact would arrive: transfers resume.", Exit.NOT_ALL)


def left_out(subject: Subject) -> Iterator[Finding]:
    """What a trial cannot try, and why."""
    for route in subject.routes:
        seen = "left out: its events come from Amazon Connect (source aws.connect), and nobody else may put such events"
        yield Finding(
            Level.UNKNOWN, f"route {route.route}", seen, "Try it once by hand, with a contact that sets it off."
        )
