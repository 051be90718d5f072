"""What an update of a stack would do to its resources, worked out from two templates, as CloudFormation decides it.

A property that a resource's schema lists as create-only cannot change: CloudFormation makes a new resource and deletes the
old one afterwards. A name that is still held then, by the old one or by a sibling, makes the update fail.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

Template = Mapping[str, Any]
REGION = "us-east-1"


@cache
def _schema(kind: str) -> Mapping[str, Any]:
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]  # noqa: PLC0415 - it has no types; slow to load

    found: Mapping[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
    return found


def _listed(kind: str, what: str) -> list[str]:
    """Top-level properties of a list in the schema, such as ``createOnlyProperties``."""
    return [path.split("/")[2] for path in _schema(kind).get(what) or []]


def identities(resource: Mapping[str, Any]) -> Iterator[str]:
    """What nobody else may be called while this resource exists: its fixed name, and its primary identifier."""
    kind, properties = resource["Type"], resource.get("Properties", {})
    create_only = set(_listed(kind, "createOnlyProperties"))
    for name in create_only:
        if name.endswith("Name") and isinstance(properties.get(name), str) and _is_name(kind, name):
            yield f"{kind} {name} {properties[name]}"
    primary = _listed(kind, "primaryIdentifier")
    if primary and all(name in properties for name in primary):
        yield f"{kind} {json.dumps([properties[name] for name in primary], sort_keys=True)}"


def _is_name(kind: str, name: str) -> bool:
    """Whether the property names the resource itself, and not something that it belongs to."""
    last = kind.rpartition(":")[2]
    return name == "Name" or last.endswith(name.removesuffix("Name"))


def complaints(before: Template, after: Template) -> Iterator[str]:
    """Everything that would fail, or lose what must be kept, when ``after`` is deployed over ``before``."""
    old, new = before["Resources"], after["Resources"]
    for logical_id in sorted(set(old) & set(new)):
        changed = _replaced_by(old[logical_id], new[logical_id])
        if not changed:
            continue
        if old[logical_id].get("DeletionPolicy", "Delete") != "Delete":
            yield f"{logical_id}, which is retained, is replaced: {changed}"
        if any(identities(old[logical_id])):
            yield f"{logical_id}, which has a fixed name, is replaced: {changed}"
    holders = {identity: logical_id for logical_id, one in old.items() for identity in identities(one)}
    for logical_id, resource in new.items():
        for identity in identities(resource):
            if holders.get(identity, logical_id) != logical_id:
                yield f"{identity} goes from {holders[identity]} to {logical_id}"


def _replaced_by(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    if old["Type"] != new["Type"]:
        return ["Type"]
    mine, theirs = old.get("Properties", {}), new.get("Properties", {})
    return [name for name in _listed(old["Type"], "createOnlyProperties") if mine.get(name) != theirs.get(name)]


def collisions(template: Template) -> list[str]:
    """Identities that two resources of one template share."""
    seen: dict[str, str] = {}
    found = []
    for logical_id, resource in template["Resources"].items():
        for identity in identities(resource):
            if identity in seen:
                found.append(f"{identity}: {seen[identity]} and {logical_id}")
            seen[identity] = logical_id
    return found
