"""Resident memory of this process at its peak."""

import resource
from pathlib import Path


def peak_mb() -> float:
    """Return the peak in MB, from Linux's own high-water mark, since ``ru_maxrss`` begins with the parent's."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
