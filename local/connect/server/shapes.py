"""Input and output checked against botocore's own service model.

Checked: types, required members, lengths, ranges, enumerations. Not checked: patterns, which the model writes in a dialect of its own.
Unknown members of a body are ignored and null counts as absent, as AWS services do (both assumed for Amazon Connect).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from local.connect.model import ConnectError
from local.connect.model.errors import invalid_request

_INTEGERS = ("integer", "long")
_NUMBERS = ("float", "double", *_INTEGERS)


def parse(shape: Shape, value: Any, path: str) -> Any:
    """Return the value as the model holds it (timestamps as epoch seconds). Raise 400 with the path of what is wrong."""
    if isinstance(shape, StructureShape):
        return _structure(shape, value, path)
    if isinstance(shape, ListShape):
        _expect(isinstance(value, list), path, "a list")
        _within(shape, len(value), path, "entries")
        return [parse(shape.member, entry, f"{path}[{index}]") for index, entry in enumerate(value)]
    if isinstance(shape, MapShape):
        _expect(isinstance(value, dict), path, "a map")
        _within(shape, len(value), path, "entries")
        return {key: parse(shape.value, entry, f"{path}.{key}") for key, entry in value.items()}
    return _scalar(shape, value, path)


def _structure(shape: StructureShape, value: Any, path: str) -> dict[str, Any]:
    _expect(isinstance(value, dict), path or "body", "an object")
    present = {name: value[name] for name in shape.members if value.get(name) is not None}
    for name in shape.required_members:
        if name not in present:
            raise invalid_request(f"{_join(path, name)} is required.")
    return {name: parse(shape.members[name], entry, _join(path, name)) for name, entry in present.items()}


def _scalar(shape: Shape, value: Any, path: str) -> Any:
    kind = shape.type_name
    if isinstance(shape, StringShape):
        _expect(isinstance(value, str), path, "a string")
        _within(shape, len(value), path, "characters")
        if shape.enum and value not in shape.enum:
            raise invalid_request(f"{path} must be one of {', '.join(shape.enum)}.")
    elif kind == "boolean":
        _expect(isinstance(value, bool), path, "a boolean")
    elif kind in _NUMBERS:
        wanted = int if kind in _INTEGERS else (int, float)
        _expect(isinstance(value, wanted) and not isinstance(value, bool), path, "a number")
        _within(shape, value, path, "")
    elif kind == "timestamp":
        return _timestamp(value, path)
    return value


def _timestamp(value: Any, path: str) -> float:
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value).timestamp()
        except ValueError:
            pass
    _expect(isinstance(value, int | float) and not isinstance(value, bool), path, "a timestamp")
    return float(value)


def _within(shape: Shape, size: float, path: str, unit: str) -> None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is not None and size < low) or (high is not None and size > high):
        bounds = f"{'' if low is None else low}..{'' if high is None else high}"
        raise invalid_request(f"{path} must have {bounds} {unit}".rstrip() + ".")


def _expect(condition: bool, path: str, what: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not condition:
        raise ConnectError("SerializationException", 400, f"{path} must be {what}.")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def check_output(shape: Shape | None, value: Any, path: str = "answer") -> None:
    """Raise ``TypeError`` when the simulator is about to answer what the service model does not have: a defect of ours."""
    if isinstance(shape, StructureShape):
        unknown = set(value) - set(shape.members)
        if unknown:
            raise TypeError(f"{path} has no {', '.join(sorted(unknown))}")
        for name, entry in value.items():
            check_output(shape.members[name], entry, f"{path}.{name}")
    elif isinstance(shape, ListShape):
        for entry in value:
            check_output(shape.member, entry, f"{path}[]")
    elif shape is not None and not isinstance(value, _PYTHON_TYPES.get(shape.type_name, object)):
        raise TypeError(f"{path} must be {shape.type_name}, not {type(value).__name__}")


_PYTHON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "timestamp": (int, float),
}
