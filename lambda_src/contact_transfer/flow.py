"""The flow function's entry point: a Connect flow's invocation in, a flat map of texts out."""

from __future__ import annotations

from typing import Any

from contact_transfer import bootstrap

_door = bootstrap.flow_door()


def handler(event: Any, context: Any) -> dict[str, str]:
    """Ask for the transfer of the flow's own contact: see ``flow_door``. Raise only when the request could not be stored."""
    _door.logger.append_keys(function_request_id=context.aws_request_id)
    return _door.invoke(event)
