"""``transfers cost``: from a deployment's settings and a volume to money. No AWS account is asked."""

from __future__ import annotations

import json as jsons
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from transfers_cli import say
from transfers_cli.cost.model import Volume, busy, idle
from transfers_cli.cost.peers import peers
from transfers_cli.cost.prices import LIST, Item, Prices
from transfers_cli.planned import planned

MILLION = 1_000_000
#: The column of what another million transfers would add.
MORE = "a million more"
_NOTES = (
    "The column of a million more leaves out fixed monthly charges. In the comparison, this service is shown without its idle cost, and"
    " no way includes what Connect charges for a contact, which is the same for all. The other ways have no pacing, no ledger and no"
    " failure codes: their calls are throttled, and their failures are left to the operator. The container is charged also while idle,"
    " and no task runs while it is replaced."
)


def cost(
    *,
    deployment: Annotated[
        str, typer.Option("--deployment", "-d", envvar="TRANSFERS_DEPLOYMENT", help="Which deployments/NAME.json.")
    ] = "local",
    transfers: Annotated[float, typer.Option(min=0, help="Transfers a month.")] = MILLION,
    backlog: Annotated[
        float, typer.Option(min=0, max=1, help="Which part of them waits for the pace in a backlog.")
    ] = 0.25,
    scheduled: Annotated[float, typer.Option(min=0, help="How many of them are held until they are due.")] = 0,
    sweeps: Annotated[float, typer.Option(min=0, help="Sweeps a month by metric rules of Connect.")] = 0,
    prices: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="Another price list of the same form.")
    ] = LIST,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output, for scripts.")] = False,
) -> None:
    """Say in USD what a deployment costs a month, and a million transfers more, item by item, idle and at a volume, beside other ways."""
    settings = planned(deployment)
    listed, volume = Prices.read(prices), Volume(transfers, backlog, scheduled, sweeps)
    resting, working = list(idle(settings)), list(busy(settings, volume))
    others = peers(settings, volume)
    if json:
        typer.echo(jsons.dumps(_as_dict(listed, resting, working, others), indent=1))
        return
    say.out.print(_bill(listed, resting, working, volume))
    say.out.print()
    say.out.print(_beside(listed, {"Contact Transfer": working, **others}, volume))
    say.out.print(f"\nList prices of {listed.region} as of {listed.date}, free tiers left out. {_NOTES}", style="dim")


def _bill(listed: Prices, resting: list[Item], working: list[Item], volume: Volume) -> Table:
    table = Table("item", "", show_edge=False, pad_edge=False, header_style="bold")
    for column in ("USD a month", MORE):
        table.add_column(column, justify="right", no_wrap=True)
    for item in resting:
        table.add_row(item.what, item.why, f"{listed.usd(item):.2f}", "")
    table.add_row("idle", "", f"{listed.total(resting):.2f}", "", style="bold", end_section=True)
    for item in working:
        table.add_row(item.what, item.why, f"{listed.usd(item):.2f}", _more(listed, [item], volume))
    total = listed.total(working)
    table.add_row(
        f"{volume.transfers:,.0f} transfers",
        "on top of idle",
        f"{total:.2f}",
        _more(listed, working, volume),
        style="bold",
    )
    return table


def _beside(listed: Prices, bills: Mapping[str, list[Item]], volume: Volume) -> Table:
    table = Table("beside other ways", show_edge=False, pad_edge=False, header_style="bold")
    for column in ("USD a month", MORE):
        table.add_column(column, justify="right", no_wrap=True)
    for name, items in bills.items():
        table.add_row(name, f"{listed.total(items):.2f}", _more(listed, items, volume))
    return table


def _more(listed: Prices, items: list[Item], volume: Volume) -> str:
    """What another million transfers would add: what is paid by the month is paid already."""
    grows = [item for item in items if not item.fixed]
    return f"{listed.total(grows) / volume.transfers * MILLION:.2f}" if grows and volume.transfers else ""


def _as_dict(
    listed: Prices, resting: list[Item], working: list[Item], others: Mapping[str, list[Item]]
) -> dict[str, Any]:
    def lines(items: list[Item]) -> list[dict[str, Any]]:
        return [
            {
                "item": one.what,
                "why": one.why,
                "count": one.count,
                "usd": round(listed.usd(one), 4),
                "fixed": one.fixed,
            }
            for one in items
        ]

    totals = {name: listed.total(items) for name, items in others.items()}
    return {
        "prices": {"region": listed.region, "date": listed.date, "sources": sorted(listed.sources)},
        "idle": lines(resting),
        "busy": lines(working),
        "usd": {"idle": listed.total(resting), "busy": listed.total(working), **totals},
    }
