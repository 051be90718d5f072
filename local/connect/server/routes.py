"""Which operation a request asks for: routes and inputs from botocore's own service model."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

import botocore.session
from botocore.model import OperationModel, Shape, StructureShape

from local.connect.model import ConnectError
from local.connect.server.shapes import parse


@dataclass(frozen=True)
class Route:
    """An operation and its path, cut at the slashes; parts in braces are parameters."""

    operation: OperationModel
    parts: tuple[str, ...]

    def matches(self, parts: list[str]) -> dict[str, str] | None:
        """Return the path's parameters as they are written in the model, None when the path is another."""
        found: dict[str, str] = {}
        for wanted, given in zip(self.parts, parts, strict=True):
            if wanted.startswith("{"):
                found[wanted[1:-1]] = unquote(given)
            elif wanted != given:
                return None
        return found

    @property
    def literals(self) -> int:
        """How many parts of the path are fixed; the route with most of them wins."""
        return sum(1 for part in self.parts if not part.startswith("{"))


class Routes:
    """All routes of the Amazon Connect API, also those of operations that are not simulated."""

    def __init__(self) -> None:
        model = botocore.session.Session().get_service_model("connect")
        self._routes: defaultdict[tuple[str, int, str], list[Route]] = defaultdict(list)
        for name in model.operation_names:
            operation = model.operation_model(name)
            path = str(operation.http["requestUri"]).split("?")[0]
            parts = tuple(path.strip("/").split("/"))
            self._routes[operation.http["method"], len(parts), parts[0]].append(Route(operation, parts))
        for routes in self._routes.values():
            routes.sort(key=lambda route: -route.literals)

    def find(self, method: str, raw_path: str) -> tuple[OperationModel, dict[str, str]] | None:
        """Return the operation and its path parameters, None when the API has no such path.

        ``method``: of HTTP. ``raw_path``: percent-encoded, as it came.
        """
        parts = raw_path.strip("/").split("/")
        for route in self._routes.get((method, len(parts), parts[0]), ()):
            found = route.matches(parts)
            if found is not None:
                return route.operation, found
        return None


def read_input(operation: OperationModel, path: dict[str, str], query: str, body: bytes) -> dict[str, Any]:
    """Put together and check an operation's input. Raise 400 naming what is wrong.

    ``query``: the part of the URL behind ``?``.
    """
    shape = operation.input_shape
    if not isinstance(shape, StructureShape):
        return {}
    given = _body(body)
    asked = parse_qs(query, keep_blank_values=True)
    for name, member in shape.members.items():
        location = member.serialization.get("location")
        if location is None:
            continue
        given.pop(name, None)
        wire_name = member.serialization.get("name", name)
        if location == "uri" and wire_name in path:
            given[name] = path[wire_name]
        elif location == "querystring" and wire_name in asked:
            given[name] = _from_query(member, asked[wire_name])
    parsed: dict[str, Any] = parse(shape, given, "")
    return parsed


def _body(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        given = json.loads(body)
    except ValueError as error:
        raise ConnectError("SerializationException", 400, "The body is not JSON.") from error
    if not isinstance(given, dict):
        raise ConnectError("SerializationException", 400, "The body is not a JSON object.")
    return given


def _from_query(member: Shape, values: list[str]) -> Any:
    if member.type_name == "list":
        return values
    if member.type_name in ("integer", "long"):
        # what is no number stays a string and is refused as one by the shape's check
        return int(values[0]) if values[0].lstrip("-").isdecimal() else values[0]
    return values[0]
