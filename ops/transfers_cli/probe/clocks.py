"""How far Amazon Connect's clock is from this machine's: what the ``Date`` headers of all answers allow together."""

from __future__ import annotations

from collections.abc import Iterable
from email.utils import parsedate_to_datetime

from transfers_cli.probe.answers import Answer
from transfers_cli.probe.findings import Findings, Span

_NAME = "clock.ahead"


def settle(findings: Findings, journal: Iterable[Answer], began: float) -> None:
    """Settle ``clock.ahead``. ``began``: of the probe by this machine's clock, epoch seconds.

    The header has whole seconds: Connect's clock was between it and a second later at some moment between sending and receiving.
    """
    least, most = float("-inf"), float("inf")
    low = high = None
    for answer in journal:
        shown = _seconds(answer)
        if shown is None:
            continue
        from_here, to_here = shown - (began + answer.received_at), shown + 1.0 - (began + answer.sent_at)
        if from_here > least:
            least, low = from_here, answer
        if to_here < most:
            most, high = to_here, answer
    if low is None or high is None:
        findings.not_settled(_NAME, "no answer had a Date header")
    elif least > most:
        sentence = (
            f"one answer says at least {least:.1f} s ahead, another at most {most:.1f} s: a clock was set, or goes back"
        )
        findings.unexpected(_NAME, sentence, (low, high))
    else:
        sentence = f"between {least:.2f} and {most:.2f} s ahead (negative: behind)"
        findings.settled(_NAME, Span(round(least, 3), round(most, 3)), sentence, (low, high))


def _seconds(answer: Answer) -> float | None:
    try:
        return None if answer.date is None or not answer.is_own else parsedate_to_datetime(answer.date).timestamp()
    except ValueError:
        return None
