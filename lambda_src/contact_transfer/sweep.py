"""The sweep function's entry point: an event of a route's rule in, the number of requests out."""

from __future__ import annotations

from typing import Any

from contact_transfer import bootstrap

_sweep = bootstrap.sweep()


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Ask for the transfer of every contact that waits in the queues of the event: see ``sweep_function``."""
    _sweep.logger.append_keys(function_request_id=context.aws_request_id)
    return _sweep.invoke(event, context.get_remaining_time_in_millis() / 1000)
