"""One codec for the functions' environment: the stack writes the variables with it and the functions read them.

What cannot be read stops a function at its start, with the variable's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from contact_transfer.config import settings_table
from contact_transfer.config.kinds import SettingsError
from contact_transfer.config.setting import Function, Setting


class Environment:
    """Base of the typed settings of one function: dataclasses whose attributes are the function's rows of the table."""

    FUNCTION: ClassVar[Function]

    def to_environment(self) -> dict[str, str]:
        """The variables that ``from_environment`` turns back into these settings."""
        rows = settings_table.of_function(self.FUNCTION)
        return {row.variable: row.kind.to_text(getattr(self, row.attribute)) for row in rows}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read a function's variables.

        Raises:
            SettingsError: a variable is missing or wrong; the message names the first.
        """
        return cls(**{row.attribute: _read(row, environment) for row in settings_table.of_function(cls.FUNCTION)})


def _read(row: Setting, environment: Mapping[str, str]) -> Any:
    if row.variable not in environment:
        raise SettingsError(f"{row.variable} is not set")
    try:
        return row.kind.from_text(environment[row.variable])
    except SettingsError as error:
        raise SettingsError(f"{row.variable} {error}") from None
