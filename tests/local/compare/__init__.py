"""Compares what is deployed with what the template asks for. An emulator's losses are silent; here they are said.

Every property of every resource is read back through the service's own API and compared. What the emulator is known not to
keep stands in ``gaps.py`` with its reason; a gap that has closed is reported, so that the list cannot go stale.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.aws import Aws
from tests.local.compare.alike import alike, shown
from tests.local.compare.gaps import GAPS, IGNORED_TYPES
from tests.local.compare.readers import READERS
from tests.local.compare.resolve import Resolver

__all__ = ["Comparison", "compare"]


@dataclass
class Comparison:
    """One line each. ``differences`` are faults; ``known`` are the emulator's gaps in use; ``stale`` gaps have closed."""

    compared: int = 0
    differences: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.differences and not self.stale


def compare(template: Mapping[str, Any], stack_name: str, aws: Aws) -> Comparison:
    """Read back every resource of the deployed stack and compare it with the template, property by property."""
    result = Comparison()
    resolver = Resolver.of_stack(template, stack_name, aws)
    matched: set[tuple[str, str]] = set()
    missed: set[tuple[str, str]] = set()
    for logical_id, resource in template["Resources"].items():
        for finding in _resource(logical_id, resource, resolver, aws):
            result.compared += 1
            gap = (finding.type, finding.property)
            if finding.same:
                matched.add(gap)
            elif gap in GAPS:
                missed.add(gap)
            else:
                result.differences.append(finding.line)
    result.known = [f"{kind} {name}: {GAPS[kind, name]}" for kind, name in sorted(missed)]
    closed = sorted((matched - missed) & GAPS.keys())
    result.stale = [
        f"{kind} {name}: the emulator keeps it now; remove it from tests/local/compare/gaps.py" for kind, name in closed
    ]
    return result


@dataclass(frozen=True)
class _Finding:
    type: str
    property: str
    same: bool
    line: str


def _resource(logical_id: str, resource: Mapping[str, Any], resolver: Resolver, aws: Aws) -> Iterator[_Finding]:
    kind = resource["Type"]
    if kind in IGNORED_TYPES:
        return
    where = f"{logical_id} ({kind})"
    if logical_id not in resolver.physical_ids:
        yield _Finding(kind, "", same=False, line=f"{where}: not deployed")
        return
    if kind not in READERS:
        yield _Finding(kind, "", same=False, line=f"{where}: nothing here can read it back")
        return
    expected = resolver.resolve(resource.get("Properties", {}))
    try:
        actual = READERS[kind](aws, resolver.physical_ids[logical_id], expected)
    except (ClientError, BotoCoreError, LookupError) as error:
        yield _Finding(kind, "", same=False, line=f"{where}: cannot be read back: {error}")
        return
    for name, wanted in expected.items():
        found = actual.get(name)
        line = f"{where} {name}: template {shown(wanted)}, deployed {shown(found)}"
        yield _Finding(kind, name, alike(wanted, found), line)
