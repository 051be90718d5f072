"""Call rates as Amazon Connect limits them: a token bucket for each operation, shared by every caller of the account."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """``rate`` calls a second, ``burst`` calls at once."""

    rate: float
    burst: float

    def __post_init__(self) -> None:
        if self.rate <= 0 or self.burst < 1:
            raise ValueError(
                f"a quota needs a rate above 0 and a burst of at least 1, not {self.rate:g} and {self.burst:g}"
            )


#: "All other operations" of the published API throttling quotas.
DEFAULT_RATE = Rate(2, 5)
#: The published exceptions among the operations that are simulated.
DEFAULT_RATES = {"DescribeContact": Rate(10, 15), "StopContact": Rate(10, 15), "SearchContacts": Rate(0.5, 1)}


class Bucket:
    """A token bucket; full at first."""

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._tokens = rate.burst
        self._at = now

    def take(self, now: float) -> bool:
        """Take a token if there is one. A refused call costs nothing (assumed)."""
        elapsed = max(0.0, now - self._at)
        self._tokens = min(self._rate.burst, self._tokens + elapsed * self._rate.rate)
        self._at = now
        # sums of floats fall short of whole numbers by rounding alone
        if self._tokens < 1 - 1e-9:
            return False
        self._tokens -= 1
        return True


class Quotas:
    """The account's call rates. An operation set to None is not limited."""

    def __init__(self) -> None:
        self._rates: dict[str, Rate | None] = dict(DEFAULT_RATES)
        self._default: Rate | None = DEFAULT_RATE
        self._buckets: dict[str, Bucket] = {}

    def set(self, operation: str, rate: Rate | None) -> None:
        """Set the rate of an operation, or of all others with ``"*"``; its bucket starts full again."""
        if operation == "*":
            self._default = rate
            self._rates.clear()
            self._buckets.clear()
        else:
            self._rates[operation] = rate
            self._buckets.pop(operation, None)

    def rate(self, operation: str) -> Rate | None:
        """Return the rate that holds for an operation; None: not limited."""
        return self._rates.get(operation, self._default)

    def admits(self, operation: str, now: float) -> bool:
        """Count a call at ``now``; False means that it is throttled."""
        rate = self.rate(operation)
        if rate is None:
            return True
        bucket = self._buckets.get(operation)
        if bucket is None:
            bucket = self._buckets[operation] = Bucket(rate, now)
        return bucket.take(now)

    def as_dict(self) -> dict[str, dict[str, float] | None]:
        """Return what is set, ready for JSON; ``*`` stands for every operation that is not named."""
        named = {"*": self._default, **self._rates}
        return {name: {"rate": r.rate, "burst": r.burst} if r else None for name, r in sorted(named.items())}
