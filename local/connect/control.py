"""A client of the control address, for tests, the demonstration and any other process that steers a simulator."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import httpx


class ControlError(Exception):
    """The simulator refused a control call; the text is its reason."""


class Control:
    """Steers the simulator at ``url``. Every method raises ``ControlError`` with the simulator's reason when it refuses."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=f"{url.rstrip('/')}/_control", timeout=60, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def state(self) -> dict[str, Any]:
        """Return instances, flows, queues, users and counts."""
        return self._call("GET", "/state")

    def contact(self, contact_id: str) -> dict[str, Any]:
        """Return the truth about a contact, whatever callers are shown."""
        return self._call("GET", f"/contacts/{contact_id}")

    def calls(self, after: int = 0, limit: int = 1_000_000) -> list[dict[str, Any]]:
        """Return what callers asked and were answered (the fields of ``CallRecord``), from number ``after + 1`` on."""
        found = self._call("GET", "/history", params={"calls_after": after, "transfers_after": 1 << 40, "limit": limit})
        return list(found["calls"])

    def transfers(self, after: int = 0, limit: int = 1_000_000) -> list[dict[str, Any]]:
        """Return the transfers that happened (the fields of ``TransferRecord``), from number ``after + 1`` on."""
        found = self._call("GET", "/history", params={"calls_after": 1 << 40, "transfers_after": after, "limit": limit})
        return list(found["transfers"])

    def stats(self) -> dict[str, Any]:
        """Return counts of calls and transfers, and the contacts that were transferred twice."""
        return self._call("GET", "/stats")

    def set_switches(self, **changes: Any) -> dict[str, Any]:
        """Set undocumented behaviours by the names of ``Switches``; return all of them."""
        return self._call("PATCH", "/switches", json=changes)

    def set_quota(self, operation: str, rate: float | None, burst: float | None = None) -> None:
        """Set a call rate; None: not limited; operation ``*``: all."""
        value = None if rate is None else {"rate": rate, "burst": burst or max(1.0, rate)}
        self._call("PATCH", "/quotas", json={operation: value})

    def set_active_task_quota(self, instance_id: str, quota: int) -> None:
        """Set the ``quota`` of active tasks an instance may have."""
        self._call("PUT", f"/instances/{instance_id}/active-tasks", json={"quota": quota})

    def add_fault(self, kind: str, **fields: Any) -> int:
        """Put a fault in force (fields of ``Fault``); return its number. ``kind``: a ``FaultKind``."""
        return int(self._call("POST", "/faults", json={"kind": str(kind), **fields})["number"])

    def remove_fault(self, number: int) -> bool:
        """End a fault; False when it was over already."""
        return bool(self._call("DELETE", f"/faults/{number}")["removed"])

    def clear_faults(self) -> None:
        """End all faults."""
        self._call("DELETE", "/faults")

    def others(self, do: str, **fields: Any) -> None:
        """Have somebody else do something now, or ``in_seconds``, or ``at`` epoch seconds (methods of the model's ``Others``)."""
        self._call("POST", "/others", json={"do": do, **fields})

    def events(self, after: int = 0, wait: float = 0) -> list[dict[str, Any]]:
        """Return contact events with a number above ``after``; with ``wait`` (seconds, at most 30) wait for the first of them."""
        return list(self._call("GET", "/events", params={"after": after, "wait": wait})["events"])

    def seed(self, instance_id: str) -> dict[str, Any]:
        """Create flows, queues and users in an instance, once; return their ids by friendly name."""
        return self._call("POST", "/seed", json={"instance_id": instance_id})

    def reset(self) -> None:
        """Start afresh with the same instances."""
        self._call("POST", "/reset")

    def _call(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        answer = self._client.request(method, path, **arguments)
        found: dict[str, Any] = answer.json() if answer.headers.get("content-type") == "application/json" else {}
        if not answer.is_success:
            raise ControlError(found.get("error", f"{method} {path} answered HTTP {answer.status_code}"))
        return found
