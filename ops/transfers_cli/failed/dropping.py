"""Dropping failed requests: written to a file, and to the disk, before they are deleted."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from transfers_cli.deployment import Deployment
from transfers_cli.failed.looking import Looking, batches
from transfers_cli.failed.moving import delete
from transfers_cli.failed.parked import Parked
from transfers_cli.progress import counting, stopping


def drop_all(found: Deployment, chosen: Sequence[Parked], looking: Looking, path: Path) -> int:
    """Copy and delete; answer how many were deleted. The file gets new lines at its end and is for its owner's eyes alone."""
    wanted = frozenset(message.message_id for message in chosen)
    dropped = 0
    with looking, stopping() as stop, _private(path) as file, counting("dropping", len(wanted)) as progress:
        taken = [message for message in looking.look(wanted=wanted) if message.message_id in wanted]
        looking.give_back([message for message in looking.seen if message.message_id not in wanted])
        for some in batches(taken):
            if stop.is_set():
                break
            kept = looking.keep(some)
            file.writelines(f"{message.copy()}\n" for message in kept)
            file.flush()
            os.fsync(file.fileno())
            left = delete(found.aws("sqs"), found.output("DeadLetterQueueUrl"), kept)
            looking.gone([message for message in kept if message not in left])
            dropped += len(kept) - len(left)
            progress.advanced(len(some))
    return dropped


def _private(path: Path) -> TextIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8")
