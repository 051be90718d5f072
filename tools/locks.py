"""One process at a time, for what several commands of the repository may begin at once."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file ``path``; wait until its holder has released it. The lock ends with the process, however that ends.

    Not re-entrant: a second ``exclusive`` of the same path in one thread waits for ever.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
