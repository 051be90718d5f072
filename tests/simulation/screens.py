"""What the commands print of runs, findings and seeded bugs."""

from __future__ import annotations

from rich.table import Table

from tests.simulation import campaign, distance, replaying
from tests.simulation.acted import EXPECTED
from tests.simulation.progress import console

#: In fewer seeds many faults have had no chance to act.
_MANY_SEEDS = 1000


def total(tally: campaign.Tally, wall: float) -> None:
    """What was run, and how it went."""
    speed = tally.deliveries / max(tally.seconds, 0.01)
    print(f"{tally.seeds:,} seeds, {tally.deliveries:,} deliveries in {wall:.0f} s: {speed:,.0f} a second and core")
    many = len(tally.findings)
    print(f"{many} seed{'s' if many > 1 else ''} broke a promise" if many else "every promise was kept")
    _idle(tally)


def _idle(total: campaign.Tally) -> None:
    idle = [name for name in EXPECTED if not total.acted[name]]
    rarest = ", ".join(f"{name} ({total.acted[name]:,})" for name in sorted(EXPECTED, key=total.acted.__getitem__)[:3])
    done = f"{len(EXPECTED) - len(idle)} of {len(EXPECTED)} faults acted"
    if idle and total.seeds < _MANY_SEEDS:
        print(f"{done}; the other {len(idle)} may need more seeds")
    else:
        print(f"{done}; never: {', '.join(idle)}" if idle else f"{done}; the rarest: {rarest}")


def broken(seed: int, findings: list[str]) -> None:
    """A seed that broke a promise, and the command that runs it again."""
    console.print(f"[bold red]seed {seed}[/] broke a promise:")
    for finding in findings[:5]:
        console.print(f"  {finding}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"  again: {replaying.COMMAND} replay {seed} --shrink", highlight=False, soft_wrap=True)


def smallest(seed: int) -> None:
    """Make a failing seed small, and print what is left of it."""
    console.print(f"making seed {seed} small, for a minute at most", highlight=False)
    small = replaying.of_seed(seed).smallest()
    if small is None:
        return
    lines, findings = small.described(everything=False)
    print(f"\nseed {seed}, made small:\n")
    print("\n".join([*lines, *findings]))


def caught(one: campaign.Caught) -> None:
    """How a seeded bug was caught, and the command that shows it."""
    line = f"{one.bug}: {one.rule or 'not caught'}, {one.seeds} seed{'s' if one.seeds != 1 else ''}"
    how = f"; {'a kept scenario' if one.kept else 'a seed'}: {replaying.again(one)}" if one.rule else ""
    console.print(line + how, highlight=False, soft_wrap=True)


def table(every: list[campaign.Caught]) -> Table:
    """All seeded bugs that were hunted, and how each was caught."""
    made = Table("seeded bug", "kind", "caught by", "seeds needed", "replay", "what it is")
    for one in every:
        bug = campaign.BUGS[one.bug]
        kind = "interleaving" if bug.interleaving else "plain"
        which = f"{'kept ' if one.kept else ''}{one.seed}" if one.rule else ""
        made.add_row(one.bug, kind, one.rule or "[bold red]nothing[/]", str(one.seeds), which, bug.what)
    return made


def broken_cell(found: distance.Measured) -> None:
    """A cell of the distance to failure that shows what must not be, with one seed of it."""
    cell = found.cell
    beside = "with the others at their limits" if cell.others else "alone"
    named = f"{cell.dimension} {cell.stretched.shown(cell.value)} {beside}, {cell.when_in_doubt}, {cell.kind}"
    counts = f"{found.counts['wrong']} wrong, {found.counts['twice']} twice, of {found.counts['requests']}"
    console.print(f"[bold red]{named}[/]: {counts}", highlight=False, soft_wrap=True)
    for seed, example in list(found.examples.items())[:1]:
        console.print(f"  seed {seed}: {example[:400]}", markup=False, highlight=False, soft_wrap=True)
