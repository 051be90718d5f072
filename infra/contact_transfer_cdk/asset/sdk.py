"""botocore's data, trimmed to the services and operations in use.

Kept: what clients of these services read to find their operations and endpoints in every partition and Region. Left out: other
services, other operations and the shapes that only they use, prose, examples, paginators and waiters. Data is stored unpacked,
because the asset is compressed as a whole and unpacking costs time at each cold start.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

#: Files beside the services' folders that every client reads, unchanged.
COMMON = ("_retry.json", "partitions.json", "sdk-default-configuration.json")
_PROSE = frozenset({"documentation", "documentationUrl"})


def trim(source: Path, target: Path, calls: Mapping[str, Iterable[str]]) -> None:
    """Write into ``target`` what clients that make these ``calls`` need of botocore's data in ``source``."""
    target.mkdir(parents=True)
    for name in COMMON:
        _write(target / name, _read(source / name))
    _write(target / "endpoints.json", _endpoints(_read(source / "endpoints.json"), frozenset(calls)))
    for service, operations in calls.items():
        version = max(path.name for path in (source / service).iterdir() if (path / "service-2.json.gz").is_file())
        folder = target / service / version
        folder.mkdir(parents=True)
        model = _read(source / service / version / "service-2.json.gz")
        _write(folder / "service-2.json", _model(model, frozenset(operations)))
        _write(folder / "endpoint-rule-set-1.json", _read(source / service / version / "endpoint-rule-set-1.json.gz"))


def _read(path: Path) -> Any:
    content = path.read_bytes()
    return json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, separators=(",", ":"), ensure_ascii=False), "utf-8")


def _endpoints(content: Any, services: frozenset[str]) -> Any:
    partitions = [
        {**partition, "services": {name: value for name, value in partition["services"].items() if name in services}}
        for partition in content["partitions"]
    ]
    return {**content, "partitions": partitions}


def _model(model: Any, operations: frozenset[str]) -> Any:
    missing = operations - set(model["operations"])
    if missing:
        raise KeyError(f"botocore's model of {model['metadata']['serviceId']} has no {', '.join(sorted(missing))}")
    kept = {name: model["operations"][name] for name in sorted(operations)}
    shapes: dict[str, Any] = {}
    waiting = sorted(_references(kept))
    while waiting:
        name = waiting.pop()
        if name not in shapes:
            shapes[name] = model["shapes"][name]
            waiting.extend(sorted(_references(shapes[name])))
    trimmed = {**model, "operations": kept, "shapes": dict(sorted(shapes.items()))}
    return _without_prose(trimmed)


def _references(node: Any) -> set[str]:
    """The names of all shapes that a part of a model refers to."""
    if isinstance(node, list):
        return set().union(*(_references(item) for item in node))
    if not isinstance(node, dict):
        return set()
    own = {node["shape"]} if isinstance(node.get("shape"), str) else set()
    return own.union(*(_references(value) for value in node.values()))


def _without_prose(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_prose(item) for item in node]
    if isinstance(node, dict):
        # A member may be called "documentation" too: its value is then an object, and prose is a text.
        return {k: _without_prose(v) for k, v in node.items() if not (k in _PROSE and isinstance(v, str))}
    return node
