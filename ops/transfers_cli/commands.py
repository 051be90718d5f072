"""Commands and groups whose help is whole: a list of subcommands shows the first sentence of each, wrapped, not cut."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup

_WHOLE = 10_000


class Command(TyperCommand):
    """A subcommand."""

    def get_short_help_str(self, limit: int = _WHOLE) -> str:
        """The first sentence of the help, however long; typer would cut it at ``limit``."""
        return super().get_short_help_str(max(limit, _WHOLE))


class Group(TyperGroup):
    """A group of subcommands."""

    def get_short_help_str(self, limit: int = _WHOLE) -> str:
        """As that of a ``Command``."""
        return super().get_short_help_str(max(limit, _WHOLE))


#: How every group is set up.
SETUP: dict[str, Any] = {
    "cls": Group,
    "no_args_is_help": True,
    "rich_markup_mode": None,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}
