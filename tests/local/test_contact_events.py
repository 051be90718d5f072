"""How contact events arrive: by best effort, and the same seed gives the same fate."""

from __future__ import annotations

from collections import Counter
from typing import Any

from local.contact_events import FAITHFUL, BestEffort, Tally


def _entries(count: int) -> list[dict[str, Any]]:
    return [{"Detail": {"contactId": f"c{number}", "eventType": "QUEUED"}} for number in range(count)]


def _names(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["Detail"]["contactId"] for entry in entries]


def test_some_are_lost_some_come_twice_and_the_order_is_another() -> None:
    entries = _entries(1000)
    arrived = BestEffort(lost=0.1, twice=0.2).arrive(entries)
    copies = Counter(_names(arrived))
    assert 50 < sum(not copies[name] for name in _names(entries)) < 150
    assert 150 < sum(count == 2 for count in copies.values()) < 250
    assert _names(arrived) != sorted(_names(arrived), key=_names(entries).index)


def test_the_same_event_has_the_same_fate_whatever_it_comes_with() -> None:
    effort, entries = BestEffort(lost=0.3, twice=0.3), _entries(50)
    alone = Counter(name for entry in entries for name in _names(effort.arrive([entry])))
    assert alone == Counter(_names(effort.arrive(entries)))
    assert alone != Counter(_names(BestEffort(lost=0.3, twice=0.3, seed=2).arrive(entries)))


def test_faithful_is_faithful() -> None:
    entries = _entries(100)
    assert FAITHFUL.arrive(entries) == entries


def test_the_tally_counts_what_became_of_them() -> None:
    entries, tally = _entries(100), Tally()
    arrived = BestEffort(lost=0.3, twice=0.3).arrive(entries)
    tally.count(entries, arrived)
    assert tally.happened == 100
    assert len(tally.lost) == 100 - len(set(_names(arrived)))
    assert tally.twice == len(arrived) - len(set(_names(arrived)))
