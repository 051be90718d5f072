"""The commands that measure: against other consumers, after outages, beyond the assumptions, with real parts; and the report of it all."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tests.simulation import campaign, comparison, distance, distance_table, outages, report, screens
from tests.simulation.commands import CORES, Workers, app
from tests.simulation.figures import save_json
from tests.simulation.progress import shown


@app.command()
def compare(
    seeds: Annotated[int, typer.Option(min=1, help="how many seeds for each consumer")] = 1000,
    workers: Workers = CORES,
    save: Annotated[
        Path | None, typer.Option(help="write the figures to this JSON file; the plot goes beside it")
    ] = None,
) -> None:
    """Run the same faults and seeds with Powertools' batch processor, with its idempotency utility, and with the service."""
    counts: dict[str, Counter[str]] = {consumer: Counter() for consumer in comparison.CONSUMERS}
    with shown("blocks", 3 * -(-seeds // campaign.BLOCK)) as show:
        for done, (consumer, fates) in enumerate(comparison.compare(seeds, workers), 1):
            counts[consumer].update(fates)
            show(done, 0)
    if save is not None:
        save_json(save, {"seeds": seeds, "counts": counts})
        from tests.simulation import plots  # noqa: PLC0415 - takes seconds, and the other commands need nothing of it

        plots.comparison({consumer: dict(fates) for consumer, fates in counts.items()}, save.with_suffix(".svg"))
    print(report.comparison_table({"seeds": seeds, "counts": counts}))


@app.command()
def settle(
    seeds: Annotated[int, typer.Option(min=1, help="how many seeds for each length of outage")] = 60,
    workers: Workers = CORES,
    save: Annotated[
        Path | None, typer.Option(help="write the figures to this JSON file; the plot goes beside it")
    ] = None,
) -> None:
    """Measure how long it takes until everything has settled after an outage of Amazon Connect."""
    minutes = outages.measure(seeds, workers)
    if save is not None:
        save_json(save, minutes)
        from tests.simulation import plots  # noqa: PLC0415 - takes seconds, and the other commands need nothing of it

        plots.settling(minutes, save.with_suffix(".svg"))
    print(report.settling_table(minutes))


@app.command("distance")
def distance_to_failure(
    seeds: Annotated[int, typer.Option(min=1, help="how many seeds for each cell of the table")] = 20,
    first: Annotated[int, typer.Option(help="the first seed")] = 1,
    only: Annotated[str | None, typer.Option(help="dimensions whose name holds this text")] = None,
    workers: Workers = CORES,
    *,
    furthest: Annotated[
        bool, typer.Option("--furthest", help="each dimension's furthest value, and tokens forgotten")
    ] = False,
    save: Annotated[
        bool, typer.Option("--save", help="write the figures, and the table into docs/reliability.md")
    ] = False,
) -> None:
    """Stretch what the service assumes, further than it is promised, and count what is reported wrongly and transferred twice.

    Ends with 1 when a request is reported wrongly, or a contact is transferred twice where that is promised not to be.
    """
    wanted = [cell for cell in distance.cells() if only is None or only in cell.dimension]
    wanted = [cell for cell in wanted if distance.is_furthest(cell) or not furthest]
    if not wanted:
        raise typer.BadParameter(f"no dimension's name holds {only}.")
    found = []
    with shown("cells", len(wanted)) as show, closing(distance.measure(wanted, first, seeds, workers)) as cells:
        for one in cells:
            found.append(one)
            show(len(found), 0)
            if distance.broken(one):
                screens.broken_cell(one)
    print("\n".join(distance_table.lines(found)))
    if save:
        distance_table.save(found, seeds)
    if any(distance.broken(one) for one in found):
        raise typer.Exit(1)


@app.command("real")
def real_parts(
    requests: Annotated[int, typer.Option(min=1, help="how many requests")] = 10_000,
    kill_every: Annotated[float, typer.Option(min=0.01, help="seconds between two kills, on average")] = 0.5,
    seed: Annotated[int, typer.Option(help="decides when a worker is killed; the rest is up to real time")] = 1,
    save: Annotated[Path | None, typer.Option(help="write the figures to this JSON file")] = None,
) -> None:
    """The local cloud under load: faults on the wire, workers killed with SIGKILL, audited from Connect's history. Takes minutes."""
    from local.cloud import LocalCloud  # noqa: PLC0415 - the other commands need nothing of it
    from tests.simulation import real  # noqa: PLC0415 - as above

    with LocalCloud("local", real.settings, wait=1) as cloud, shown("requests", requests) as show:
        found = real.storm(
            cloud,
            requests,
            seed=seed,
            kill_every=kill_every,
            quotas=real.QUOTAS,
            progress=lambda left: show(requests - left, 0),
        )
    if save is not None:
        save_json(save, asdict(found))
    for finding in found.findings[:20]:
        print(finding)
    done = f"{found.transfers:,} transfers of {requests:,} requests in {found.seconds:.0f} s"
    print(f"{done}, {found.kills} workers killed, {found.lost_answers} answers lost, {found.throttled} calls throttled")
    print(f"{len(found.findings)} promises broken" if found.findings else "every promise was kept")
    if found.findings:
        raise typer.Exit(1)


@app.command("report")
def write_report(
    figures: Annotated[Path, typer.Option(help="where the JSON files of the runs are")] = Path("docs/simulation"),
    out: Annotated[Path, typer.Option(help="the report to write")] = Path("docs/simulation-report.md"),
) -> None:
    """Write the report from the figures that the other commands, called with --save, have written."""
    try:
        text = report.render(figures)
    except FileNotFoundError as error:
        raise typer.BadParameter(
            f"there is no {error.filename}: the report needs the figures of every command."
        ) from error
    except (json.JSONDecodeError, KeyError) as error:
        raise typer.BadParameter(f"the figures in {figures} cannot be read: {error}.") from error
    try:
        out.write_text(text)
    except OSError as error:
        raise typer.BadParameter(f"{out} cannot be written: {error.strerror}.") from error
    print(f"wrote {out}")
