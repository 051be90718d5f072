"""What code asks of a botocore client beside its operations: ``meta.events`` to register with, and ``meta.service_model``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import Any

import botocore.session


class Events:
    """Handlers by the event's full name."""

    def __init__(self) -> None:
        self._handlers: dict[str, list[Callable[..., Any]]] = defaultdict(list)

    def register(self, name: str, handler: Callable[..., Any]) -> None:
        """Have ``handler`` called whenever ``name`` is emitted."""
        self._handlers[name].append(handler)

    def emit(self, name: str) -> None:
        """Call the handlers in the order in which they were registered."""
        for handler in self._handlers.get(name, ()):
            handler()


class ClientMeta:
    """A client's ``meta``."""

    def __init__(self, service: str) -> None:
        self.events = Events()
        self._service = service

    @property
    def service_model(self) -> Any:
        """The service's model in botocore."""
        return _model(self._service)


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)
