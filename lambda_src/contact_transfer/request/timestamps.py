"""Times as text: RFC 3339, in requests, events and message attributes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?(?:([Zz])|([+-])(\d\d):(\d\d))",
    re.ASCII,
)


def instant(text: str) -> float | None:
    """Read a time in RFC 3339 with an offset.

    Returns:
        Epoch seconds, or None if ``text`` is not such a time. A leap second counts as the next second.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.group(1, 2, 3, 4, 5, 6))
    leap = second == 60
    try:
        offset = _offset(*match.group(8, 9, 10, 11))
        moment = datetime(year, month, day, hour, minute, 59 if leap else second, tzinfo=offset)
    except ValueError:
        return None
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return since.total_seconds() + leap + float(match[7] or 0)


def _offset(utc: str | None, sign: str | None, hours: str | None, minutes: str | None) -> timezone:
    if utc:
        return UTC
    if int(hours or 0) > 23 or int(minutes or 0) > 59:
        raise ValueError("an offset has hours to 23 and minutes to 59")
    shift = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return timezone(-shift if sign == "-" else shift)


def rfc3339(moment: float) -> str:
    """Write epoch seconds as RFC 3339 in UTC, to the millisecond."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
