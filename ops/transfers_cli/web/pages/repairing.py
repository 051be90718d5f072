"""Sending failed messages again, and dropping them: proposed here, carried out when confirmed."""

from __future__ import annotations

from contact_transfer.transfer.failures import failure
from transfers_cli import say
from transfers_cli.failed import redriving, showing
from transfers_cli.failed.dropping import default_copy, drop_all
from transfers_cli.failed.prospect import WORTH_SENDING, Prospect
from transfers_cli.failed.redriving import Plan
from transfers_cli.web.asking import Answer, Asked, options
from transfers_cli.web.console import Console
from transfers_cli.web.pages.confirming import shown
from transfers_cli.web.pages.failed import Wanted, wanted
from transfers_cli.web.proposals import Done, Proposal

_SEE = (("Failed", "/failed"), ("Now", "/"))


def redrive(console: Console, asked: Asked) -> Answer:
    """Say what sending them again would bring, judged with the worker's own code, its settings and the ledger."""
    what, also = wanted(console, asked), tuple(asked.texts("also"))
    sending = frozenset(WORTH_SENDING) | {Prospect(one) for one in also if one in tuple(Prospect)}
    check = asked.flag("check") and not what.is_confirmation
    with console.looking:
        plan = redriving.plan(what.source, what.choice, sending, check=check)

    def carry_out() -> Done:
        with console.looking:
            moved = redriving.carry_out(plan, plan.source.look(), None)
        console.look_again()
        whole = moved.whole and len(moved.sent) == len(plan.chosen)
        first, *others = redriving.sentences(plan, moved)
        return Done(first, others, whole, _SEE)

    number = len(plan.chosen)
    command = ["failed", "redrive", *_chosen(what), *options(also=also, check=check)]
    title = f"Send {number} of {say.count(len(plan.messages), plan.source.noun)} again"
    values = _values(plan, sending, "send again")
    proposal = Proposal(title, f"redrive {number}", carry_out, "outlook.html", values, command)
    return shown(console.proposals.add(proposal))


def drop(console: Console, asked: Asked) -> Answer:
    """Say what would be deleted, and where the copy goes."""
    what, only = wanted(console, asked), tuple(asked.texts("prospect"))
    chosen = frozenset(Prospect(one) for one in only if one in tuple(Prospect)) or frozenset(Prospect)
    with console.looking:
        plan = redriving.plan(what.source, what.choice, chosen)
    path = default_copy(console.found)

    def carry_out() -> Done:
        with console.looking:
            dropped = drop_all(plan.source, plan.chosen, path)
        console.look_again()
        line = f"The copy is {path}. It holds bodies: treat it as you treat contact records."
        return Done(f"{dropped} of {len(plan.chosen)} dropped.", [line], dropped == len(plan.chosen), _SEE)

    number = len(plan.chosen)
    command = ["failed", "drop", *_chosen(what), *options(prospect=only)]
    title = f"Delete {say.count(number, plan.source.noun)}"
    values = {**_values(plan, chosen, "drop"), "copy": str(path)}
    proposal = Proposal(title, f"drop {number}", carry_out, "outlook.html", values, command)
    return shown(console.proposals.add(proposal))


def _chosen(what: Wanted) -> list[str]:
    return [*what.line, *([] if not what.choice.everything else ["--all"])]


def _values(plan: Plan, chosen: frozenset[Prospect], verb: str) -> dict[str, object]:
    return {
        "plan": plan,
        "rows": showing.outlook_rows(plan.messages, plan.judged, chosen),
        "verb": verb,
        "failure": failure,
        "copy": None,
    }
