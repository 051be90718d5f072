"""``transfers cost``: from a deployment's settings and a volume to money. No AWS account is asked."""

from __future__ import annotations

import json as jsons
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from infra.errors import DeploymentError
from infra.settings import load
from ops.cost.model import Volume, busy, idle
from ops.cost.peers import peers
from ops.cost.prices import LIST, Item, Prices

MILLION = 1_000_000


def cost(
    *,
    deployment: Annotated[
        str, typer.Option("--deployment", "-d", envvar="TRANSFERS_DEPLOYMENT", help="Which deployments/NAME.json.")
    ] = "local",
    transfers: Annotated[float, typer.Option(min=0, help="Transfers a month.")] = MILLION,
    backlog: Annotated[
        float, typer.Option(min=0, max=1, help="Which part of them waits for the pace in a backlog.")
    ] = 0.25,
    prices: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="Another price list of the same form.")
    ] = LIST,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output, for scripts.")] = False,
) -> None:
    """Say what a deployment costs a month and a million transfers, item by item, idle and at a volume, beside other ways to do it."""
    try:
        settings = load(deployment)
    except DeploymentError as error:
        raise typer.BadParameter(str(error), param_hint="--deployment") from error
    listed, volume = Prices.read(prices), Volume(transfers, backlog)
    resting, working = list(idle(settings)), list(busy(settings, volume))
    others = {name: listed.total(items) for name, items in peers(settings, volume).items()}
    if json:
        typer.echo(jsons.dumps(_as_dict(listed, resting, working, others), indent=1))
        return
    console = Console(highlight=False, width=None)
    console.print(_bill(listed, resting, working, volume))
    console.print(_beside(listed.total(working), others, volume))
    console.print(
        f"List prices of {listed.region} as of {listed.date}, free tiers left out. What Connect asks for a contact is the same in every"
        " way. The other ways have no pace, no ledger and no reasons: their calls are throttled and their failures are yours. The container"
        " is paid whether or not it has anything to do, and one task is down while it is replaced.",
        style="dim",
    )


def _bill(listed: Prices, resting: list[Item], working: list[Item], volume: Volume) -> Table:
    table = Table("item", "", show_edge=False, header_style="bold")
    table.add_column("USD a month", justify="right")
    table.add_column("USD a million", justify="right")
    for item in resting:
        table.add_row(item.what, item.why, f"{listed.usd(item):.2f}", "")
    table.add_row("idle", "", f"{listed.total(resting):.2f}", "", style="bold", end_section=True)
    for item in working:
        table.add_row(item.what, item.why, f"{listed.usd(item):.2f}", _a_million(listed.usd(item), volume))
    total = listed.total(working)
    table.add_row(
        f"{volume.transfers:,.0f} transfers", "on top of idle", f"{total:.2f}", _a_million(total, volume), style="bold"
    )
    return table


def _beside(ours: float, others: dict[str, float], volume: Volume) -> Table:
    table = Table("beside it; without what our deployment costs idle", show_edge=False, header_style="bold")
    table.add_column("USD a month", justify="right")
    table.add_column("USD a million", justify="right")
    for name, total in {"Contact Transfer": ours, **others}.items():
        table.add_row(name, f"{total:.2f}", _a_million(total, volume))
    return table


def _a_million(usd: float, volume: Volume) -> str:
    return f"{usd / volume.transfers * MILLION:.2f}" if volume.transfers else ""


def _as_dict(listed: Prices, resting: list[Item], working: list[Item], others: dict[str, float]) -> dict[str, Any]:
    def lines(items: list[Item]) -> list[dict[str, Any]]:
        return [
            {"item": one.what, "why": one.why, "count": one.count, "usd": round(listed.usd(one), 4)} for one in items
        ]

    return {
        "prices": {"region": listed.region, "date": listed.date, "sources": sorted(listed.sources)},
        "idle": lines(resting),
        "busy": lines(working),
        "usd": {"idle": listed.total(resting), "busy": listed.total(working), **others},
    }
