"""Dropping failed requests: written to a file, and to the disk, before they are deleted.

The file holds customers' data. By default it is in a folder of the user's own, outside any work tree, that nobody else can
read and that git ignores; wherever it is, nobody else can read it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from transfers_cli.deployment import Deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.failed.looking import batches
from transfers_cli.failed.moving import delete
from transfers_cli.failed.parked import Parked
from transfers_cli.failed.source import Source
from transfers_cli.progress import counting, stopping


def drop_all(source: Source, chosen: Sequence[Parked], path: Path) -> int:
    """Copy and delete messages.

    Args:
        source: the dead-letter queue.
        chosen: what to delete; what somebody else has taken meanwhile is left.
        path: the file that gets a line for each, before it is deleted; on disk, and for its owner's eyes alone.

    Returns:
        How many were deleted.

    Raises:
        Stop: the file cannot be written; nothing was deleted.
    """
    wanted = frozenset(message.message_id for message in chosen)
    dropped, looking, sqs = 0, source.look(), source.found.aws("sqs")
    with looking, stopping() as stop, _private(path) as file, counting("dropping", len(wanted)) as progress:
        taken = [message for message in looking.look(wanted=wanted) if message.message_id in wanted]
        looking.give_back([message for message in looking.seen if message.message_id not in wanted])
        for some in batches(taken):
            if stop.is_set():
                break
            kept = looking.keep(some)
            _write(file, kept)
            left = delete(sqs, source.url, kept)
            looking.gone([message for message in kept if message not in left])
            dropped += len(kept) - len(left)
            progress.advanced(len(some))
    return dropped


def _write(file: TextIO, messages: Sequence[Parked]) -> None:
    file.writelines(f"{message.copy()}\n" for message in messages)
    file.flush()
    os.fsync(file.fileno())


def default_copy(found: Deployment) -> Path:
    """Where the copy goes unless ``--copy`` says otherwise; a new file for each second. Nothing is written yet."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    name = f"{found.prefix}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.jsonl"
    return Path(state) / "contact-transfer" / "dropped" / name


def _private(path: Path) -> TextIO:
    """Open the file to append to it, for its owner's eyes alone, even if it was there with other permissions."""
    folder = path.parent
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, mode=0o700)
            (folder / ".gitignore").write_text("*\n", "utf-8")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise Stop(f"{path} cannot be written: {error.strerror}. Nothing was deleted.", Exit.USAGE) from None
    os.fchmod(descriptor, 0o600)
    return os.fdopen(descriptor, "a", encoding="utf-8")
