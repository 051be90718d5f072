"""Values for the settings that no deployment file has, because the stack itself decides them."""

from __future__ import annotations

from typing import Any

from contact_transfer.config.setting import Function
from contact_transfer.config.settings_table import of_function


def made(function: Function = Function.WORKER, **given: str) -> dict[str, Any]:
    """Such settings of a function by their attributes: those ``given``, and some text for each of the others."""
    names = [row.attribute for row in of_function(function) if not row.in_file]
    return {name: f"https://{name}.test" for name in names} | given
