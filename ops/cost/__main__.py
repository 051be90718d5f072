"""``python -m ops.cost``: the command by itself."""

import typer

from ops.cost.command import cost

typer.run(cost)
