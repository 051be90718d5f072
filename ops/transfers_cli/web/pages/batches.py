"""Batches: how far one is."""

from __future__ import annotations

from transfers_cli.batch.progress import read_progress
from transfers_cli.status.search import chosen_instances
from transfers_cli.web.asking import Asked, View
from transfers_cli.web.console import Console


def page(console: Console, asked: Asked) -> View:
    """The progress of the batch that was asked for, and the batches that were looked at here."""
    batch_id = asked.text("id")
    if batch_id is None:
        return View("batches.html", {"batch_id": None, "progress": None, "recent": console.batches})
    progress = read_progress(console.found, chosen_instances(console.found, None), batch_id)
    if progress.is_known:
        console.remember_batch(batch_id)
    values = {"batch_id": batch_id, "progress": progress, "recent": console.batches}
    return View("batches.html", values, ["batch", batch_id])
