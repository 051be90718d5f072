"""Seeded bugs in the brake on parking."""

from __future__ import annotations

from typing import Any

from tests.simulation.seeded import SeededBug, plain


def _for_good(_real: Any) -> Any:
    def held_by(self: Any, request: Any, _now: float) -> Any:
        return next((one.code for one in self._of(request) if one.look_at is not None), None)

    return held_by


BRAKE: tuple[SeededBug, ...] = (
    plain(
        "brake-never-on",
        "each request is parked, however many failed for the same flow before",
        "c-brake",
        {"transfer.parking_brake:ParkingBrake.is_parked": lambda _real: lambda *_given, **_more: True},
    ),
    plain(
        "brake-never-off",
        "requests that wait for a flow never look whether it is there again",
        "h-settled a-lost",
        {"transfer.parking_brake:ParkingBrake.held_by": _for_good},
    ),
)
