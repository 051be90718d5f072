"""Words for sentences that people read."""

from __future__ import annotations


def counted(number: float, noun: str) -> str:
    """A number of things, as in ``1 hour``, ``1.5 hours`` and ``2,000 hours``.

    Args:
        number: how many.
        noun: the thing in the singular; its plural ends in s.
    """
    text = f"{number:,}" if isinstance(number, int) else f"{number:,g}"
    return f"{text} {noun}" if number == 1 else f"{text} {noun}s"
