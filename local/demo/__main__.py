"""``python -m local.demo``: the whole service at work on this machine, and proof of what it did."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live

from local.app import changed
from local.cloud import LocalCloud
from local.console import console as web_console
from local.demo import account, screen
from local.demo.arrivals import Arrivals, effort
from local.demo.own_routes import OwnRoutes
from local.demo.request import Request
from local.demo.settings import for_story
from local.demo.story import Story, send
from local.deployment import settings_of
from local.processes import end_as_by_ctrl_c
from local.reporting import reported

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
console = Console(width=None if sys.stdout.isatty() else 100, highlight=False, emoji=False)


@app.command()
def main(
    deployment: Annotated[str, typer.Option(help="Whose settings to start from: deployments/NAME.json.")] = "local",
    patience: Annotated[float, typer.Option(help="Seconds until a request without an end counts as lost.")] = 120,
    *,
    whole: Annotated[
        bool, typer.Option("--whole", help="Wait for the refusal of an unknown contact, too: it takes a minute.")
    ] = False,
) -> None:
    """Send requests of every kind from all sources and show the result of each.

    Status 0: every contact was transferred exactly once or its request failed with the right reason. Status 1: it says what broke.
    """
    end_as_by_ctrl_c()
    with reported(console):
        own = settings_of(deployment, {})
        changes = for_story(changed(deployment, {}))
        with LocalCloud(deployment, changes, effort=effort) as cloud:
            complaints = show(cloud, patience + 60 / own.transfers_per_second, whole=whole)
            for complaint in complaints:
                console.print(f"broken: {complaint}", style="bold red", markup=False)
            if complaints:
                console.print(f"the logs are in {cloud.keep_logs()}", markup=False)
            if console.is_terminal and sys.stdin.isatty():
                offer_console(cloud)
    if complaints:
        raise typer.Exit(1)


def offer_console(cloud: LocalCloud) -> None:
    """Let a person look at what happened in the console, for as long as they like."""
    with web_console(cloud) as address:
        console.print(f"\nLook at it in your browser: {address}", style="bold green", markup=False, soft_wrap=True)
        console.print("Enter ends the console and the local cloud.", style="dim")
        with contextlib.suppress(EOFError):
            input()


def show(cloud: LocalCloud, patience: float, *, whole: bool) -> Sequence[str]:
    """Run the story; return every invariant that broke. ``whole``: every part of it."""
    own_routes, names, arrivals = OwnRoutes(cloud), _names(cloud), Arrivals(cloud)
    begun = time.monotonic()
    requests = _play(cloud, names, arrivals, patience, whole=whole)
    account.update(cloud, requests)
    found = account.summarize(cloud, requests)
    console.print(screen.table(requests, names))
    console.print()
    console.print(screen.summary(found, account.calls(cloud), time.monotonic() - begun))
    console.print(screen.proof(arrivals.outcomes(), cloud.contact_events.tally))
    played = own_routes.play(patience)
    if played:
        console.print()
        console.print(screen.own_routes(played, names))
    return [*found.complaints, *arrivals.complaints(requests), *(one.complaint for one in played if one.complaint)]


def _names(cloud: LocalCloud) -> Mapping[str, str]:
    """What a person calls the flows, queues and agents, by their ids."""
    kinds = ("flows", "queues", "users")
    return {id_: name for seed in cloud.seeds.values() for kind in kinds for name, id_ in seed[kind].items()}


def _play(
    cloud: LocalCloud, names: Mapping[str, str], arrivals: Arrivals, patience: float, *, whole: bool
) -> list[Request]:
    """Send the requests of each act and show them until all have ended, or ``patience`` seconds have passed; return all."""
    story, requests = Story(cloud), list[Request]()
    with Live(console=console, auto_refresh=False, transient=True) as live:

        def watch(act: list[Request], *, until_empty: bool = False) -> None:
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline:
                account.update(cloud, requests)
                live.update(screen.progress(requests, names), refresh=console.is_terminal)
                if all(request.settled for request in act) and not (until_empty and cloud.queue_depth()):
                    return
                time.sleep(0.25)  # the screen's pace; nothing waits for it

        def play(act: list[Request], *, unwatched: Sequence[Request] = ()) -> None:
            requests.extend([*unwatched, *act])
            send(cloud, [*unwatched, *act])
            watch(act)

        play([*story.throttled(), *story.refused()], unwatched=story.unknown_contact() if whole else [])
        play([*story.transfers(), *story.without_code(), *story.faults()])
        play(story.afterthoughts(next(one for one in requests if "two sources" in one.what)))
        watch(requests, until_empty=True)
        arrivals.await_all(requests, patience)
    return requests


if __name__ == "__main__":
    app()
