"""``transfers failed drop``: delete failed messages, each with a copy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from transfers_cli import options, say
from transfers_cli.deployment import open_deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.expanded import expanded
from transfers_cli.failed import redriving, selection, showing
from transfers_cli.failed.dropping import default_copy, drop_all
from transfers_cli.failed.parked import Choice
from transfers_cli.failed.prospect import Prospect
from transfers_cli.failed.source import Confirmation, Source

Prospects = Annotated[
    list[Prospect] | None, typer.Option(help="Only those with this prospect: transferred, expired, hopeless …")
]
Copy = Annotated[
    Path | None, typer.Option(help="Where the copy goes; a new file in a private folder of yours by default.")
]


@expanded("chosen", selection.choice_of_ids)
def drop(
    *,
    chosen: Choice,
    everything: selection.All = False,
    prospect: Prospects = None,
    copy: Copy = None,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    confirmation: Confirmation = False,
    deployment: options.DeploymentName = "",
    json: options.AsJson = False,
) -> None:
    """Delete failed requests. Asks first, and writes each to a file before it is deleted; `send` can send that file again."""
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
    dropped = None if dry_run else drop_all(source, plan.chosen, path)
    _show(plan, dropped, path, as_json=json)
    if dropped is not None and dropped < len(plan.chosen):
        raise typer.Exit(Exit.NOT_ALL)


def _show(plan: redriving.Plan, dropped: int | None, path: Path, *, as_json: bool) -> None:
    """The result; ``dropped`` is None for a dry run."""
    chosen = len(plan.chosen)
    if as_json:
        copy = None if dropped is None else str(path)
        say.as_json({**plan.source.found.place, "chosen": chosen, "dropped": dropped or 0, "copy": copy})
    elif dropped is None:
        say.result(f"{chosen} would be dropped, with a copy in {path}; nothing was changed.")
    else:
        say.result(f"{dropped} of {chosen} dropped; the copy is {path}")
