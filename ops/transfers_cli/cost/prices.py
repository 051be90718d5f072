"""The price list: data with its date and sources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("prices.json")


@dataclass(frozen=True)
class Item:
    """A line of a bill: ``count`` of what a price is for, in a month. ``why``: where the count comes from.

    ``fixed``: it is paid by the month, however many transfers there are.
    """

    what: str
    price: str
    count: float
    why: str
    fixed: bool = False


@dataclass(frozen=True)
class Prices:
    """List prices. ``per_one``: USD for one unit."""

    region: str
    date: str
    note: str
    per_one: Mapping[str, float]
    sources: frozenset[str]

    @classmethod
    def read(cls, path: Path = LIST) -> Prices:
        """The list that comes with the repository, or another of the same form."""
        content = json.loads(path.read_text("utf-8"))
        prices = content["prices"]
        return cls(
            region=content["region"],
            date=content["date"],
            note=content["note"],
            per_one={name: price["usd"] / price["per"] for name, price in prices.items()},
            sources=frozenset(price["source"] for price in prices.values()),
        )

    def usd(self, item: Item) -> float:
        """What a line costs. Raise ``KeyError`` for a price that the list does not have."""
        return item.count * self.per_one[item.price]

    def total(self, items: list[Item]) -> float:
        """What a bill comes to."""
        return sum(self.usd(item) for item in items)

    def fixed(self, items: list[Item]) -> float:
        """The part of a bill that does not grow with the transfers."""
        return sum(self.usd(item) for item in items if item.fixed)
