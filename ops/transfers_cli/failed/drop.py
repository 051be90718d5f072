"""``transfers failed drop``: delete failed messages, each with a copy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from transfers_cli import options, say
from transfers_cli.deployment import open_deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.failed import redriving, selection, showing
from transfers_cli.failed.dropping import default_copy, drop_all
from transfers_cli.failed.prospect import Prospect
from transfers_cli.failed.source import Confirmation, Source


def drop(
    *,
    ids: selection.Ids = None,
    codes: selection.Codes = None,
    contact: selection.Contact = None,
    route: selection.Route = None,
    after: selection.After = None,
    before: selection.Before = None,
    everything: selection.All = False,
    prospect: Annotated[
        list[Prospect] | None, typer.Option(help="Only those with this prospect: transferred, expired, hopeless …")
    ] = None,
    copy: Annotated[
        Path | None, typer.Option(help="Where the copy goes; a new file in a private folder of yours by default.")
    ] = None,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    confirmation: Confirmation = False,
    deployment: options.DeploymentName = "",
    json: options.AsJson = False,
) -> None:
    """Delete failed requests. Asks first, and writes each to a file before it is deleted; `send` can send that file again."""
    chosen = selection.choice(ids=ids, codes=codes, contact=contact, route=route, after=after, before=before)
    selection.not_by_accident(chosen, everything=everything or bool(prospect))
    source = Source.of(open_deployment(deployment), confirmation=confirmation)
    plan = redriving.plan(source, chosen, frozenset(prospect or Prospect))
    if not json:
        say.out.print(showing.groups(plan.chosen, source.noun))
        showing.unseen(plan.looking)
    if not plan.chosen:
        raise Stop(f"No failed {source.noun} fits.", Exit.NOTHING)
    path = copy or default_copy(source.found)
    if not dry_run:
        say.confirm(f"Delete {say.count(len(plan.chosen), source.noun)}, with a copy in {path}?", yes=yes)
    dropped = 0 if dry_run else drop_all(source, plan.chosen, path)
    if json:
        told = {"chosen": len(plan.chosen), "dropped": dropped, "copy": None if dry_run else str(path)}
        say.as_json({**source.found.place, **told})
    elif dry_run:
        say.result(f"{len(plan.chosen)} would be dropped, with a copy in {path}; nothing was changed.")
    else:
        say.result(f"{dropped} of {len(plan.chosen)} dropped; the copy is {path}")
    if not dry_run and dropped < len(plan.chosen):
        raise typer.Exit(Exit.NOT_ALL)
