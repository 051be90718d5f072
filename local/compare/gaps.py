"""What the emulator (ministack 1.5.33) is known not to keep, each with its reason. The one place for such exceptions.

A property stands here only while it really differs: one that matches is reported as stale.
"""

from __future__ import annotations

#: Types with nothing to read back.
IGNORED_TYPES = frozenset({"AWS::CDK::Metadata"})

#: (type, property) -> why the deployed value differs from the template's.
GAPS: dict[tuple[str, str], str] = {}
