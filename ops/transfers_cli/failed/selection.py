"""The options that choose among failed messages, and the choice that they make."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import Annotated

import typer

from contact_transfer.request.field_types import one_spelling
from transfers_cli.errors import Exit, Stop
from transfers_cli.failed.parked import CODES, Choice
from transfers_cli.times import moment

Codes = Annotated[
    list[str] | None,
    typer.Option(
        "--code",
        autocompletion=lambda incomplete: [code for code in CODES if code.startswith(incomplete)],
        help="Only these failure codes; also NoCode (the queue gave it up) and NotDelivered (EventBridge could not).",
    ),
]
Contact = Annotated[str | None, typer.Option(help="Only requests for this contact: id or ARN.")]
Route = Annotated[str | None, typer.Option(help="Only requests of this route.")]
After = Annotated[str | None, typer.Option(help="Failed since then: 90m, 2h, 3d, or 2026-03-01T09:30:00Z.")]
Before = Annotated[str | None, typer.Option(help="Failed before then; as --after.")]
Ids = Annotated[list[str] | None, typer.Argument(help="Message ids, as ls shows them or as they were when first sent.")]
All = Annotated[bool, typer.Option("--all", help="Everything; must be said when nothing else is chosen.")]


def choice(
    *,
    codes: Codes = None,
    contact: Contact = None,
    route: Route = None,
    after: After = None,
    before: Before = None,
) -> Choice:
    """The choice that the options describe. Raise ``Stop`` for one that nothing can ever fit."""
    for code in codes or ():
        _check_code(code)
    since, until = (None if text is None else moment(text) for text in (after, before))
    if since is not None and until is not None and since >= until:
        raise Stop("--after is not before --before: nothing can have failed between them.", Exit.USAGE)
    one = contact and one_spelling(contact).rsplit("/", 1)[-1]
    return Choice(frozenset(codes or ()), one, route, since, until)


def choice_of_ids(
    *,
    ids: Ids = None,
    codes: Codes = None,
    contact: Contact = None,
    route: Route = None,
    after: After = None,
    before: Before = None,
) -> Choice:
    """The same, among messages that are named by their ids."""
    others = choice(codes=codes, contact=contact, route=route, after=after, before=before)
    return replace(others, ids=frozenset(ids or ()))


def _check_code(code: str) -> None:
    if code in CODES:
        return
    near = get_close_matches(code, CODES, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise Stop(f"There is no failure code {code}.{hint} There are {', '.join(CODES)}.", Exit.USAGE)


def not_by_accident(chosen: Choice, *, everything: bool) -> Choice:
    """The same choice. Raise ``Stop`` when nothing was chosen and ``--all`` was not said either.

    ``everything``: whether ``--all`` was.
    """
    if chosen.everything and not everything:
        raise Stop("Say which: message ids, --code, --contact, --route, --after, --before, or --all.", Exit.USAGE)
    return chosen
