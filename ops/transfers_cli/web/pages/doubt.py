"""In doubt: the contacts of which nobody knows yet whether they were transferred."""

from __future__ import annotations

from transfers_cli.ledger import LedgerReader
from transfers_cli.status.search import chosen_instances
from transfers_cli.web.asking import Asked, View
from transfers_cli.web.console import Console


def page(console: Console, asked: Asked) -> View:
    """The list, oldest first."""
    del asked
    reader = LedgerReader(console.found)
    listed = [one for instance in chosen_instances(console.found, None) for one in reader.in_doubt(instance)]
    return View("doubt.html", {"listed": listed, "settle_minutes": console.found.settings.settle_minutes}, ["doubt"])
