"""What Amazon Connect remembers of client tokens. All of it is assumed; the switches say how.

A token belongs to one operation of one instance. The same token with other parameters is answered 409 (assumed).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.connect.model import errors
from local.connect.model.errors import ConnectError
from local.connect.model.switches import Replay, Switches

Answer = dict[str, Any]


@dataclass(frozen=True)
class _Memory:
    at: float
    params: Mapping[str, Any]
    answer: Answer | None
    rejection: ConnectError | None


class Tokens:
    """The tokens seen so far."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str, str], _Memory] = {}

    def once(
        self,
        key: tuple[str, str, str | None],
        params: Mapping[str, Any],
        now: float,
        switches: Switches,
        act: Callable[[], Answer],
    ) -> Answer:
        """Act, unless the token of ``key`` (operation, instance id, token) is remembered: then answer from memory.

        Without a token every call acts.
        """
        operation, instance_id, token = key
        if not token:
            return act()
        place = (operation, instance_id, token)
        memory = self._seen.get(place)
        if memory is not None and now - memory.at < switches.token_forgotten_after:
            return _recall(memory, params, switches)
        try:
            answer = act()
        except ConnectError as rejection:
            if switches.token_remembers_rejection:
                self._seen[place] = _Memory(now, dict(params), None, rejection)
            raise
        self._seen[place] = _Memory(now, dict(params), answer, None)
        return dict(answer)


def _recall(memory: _Memory, params: Mapping[str, Any], switches: Switches) -> Answer:
    if switches.token_replay is Replay.CONFLICT or memory.params != params:
        raise errors.idempotency()
    if memory.rejection is not None:
        raise ConnectError(memory.rejection.code, memory.rejection.status, memory.rejection.message)
    return dict(memory.answer or {})
