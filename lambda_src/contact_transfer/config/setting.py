"""What a row of the table of settings says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from contact_transfer.config.kinds import Kind


class Function(StrEnum):
    """The functions of the service, as readers of settings."""

    WORKER = "worker"
    FLOW = "flow"
    CONFIRM = "confirm"
    SWEEP = "sweep"


#: The default of a setting that must be given.
REQUIRED: Final = object()


@dataclass(frozen=True, eq=False, repr=False)
class Setting:
    """One setting.

    ``name``: the key in a deployment file. ``default``: in the spelling of the file; ``REQUIRED`` when it must be given.
    ``functions``: who gets it as an environment variable. ``in_file``: False for what the stack itself decides.
    """

    name: str
    kind: Kind
    meaning: str
    default: Any = REQUIRED
    functions: tuple[Function, ...] = ()
    in_file: bool = True

    @property
    def attribute(self) -> str:
        """The attribute of the typed settings."""
        return re.sub(r"(?<!^)([A-Z])", r"_\1", self.name).lower()

    @property
    def variable(self) -> str:
        """The environment variable."""
        return self.attribute.upper()
