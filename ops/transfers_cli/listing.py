"""Lists that fit the terminal: a table where there is room for one, some lines an entry where there is not.

Nothing is cut: an id that is longer than a line goes on in the next one. Columns that are empty in every row are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.text import Text

from transfers_cli import say
from transfers_cli.console import cleaned

_GAP = 2
#: Less than this is no room for prose beside other columns.
_PROSE = 40


class Listing:
    """``columns`` as ``say.table`` has them: those with ``!`` stay whole, the others are prose.

    ``rows``: each with a value for each column.
    """

    def __init__(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        cells = [["" if cell is None else cleaned(str(cell)) for cell in row] for row in rows]
        used = [number for number in range(len(columns)) if not cells or any(row[number] for row in cells)]
        self._title = title
        self._columns = [columns[number] for number in used]
        self._rows = [[row[number] for number in used] for row in cells]

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(self._title, style="bold")
        if self._width() <= options.max_width:
            yield say.table("", self._columns, self._rows)
            return
        for row in self._rows:
            for number, line in enumerate(self._lines(row, options.max_width)):
                yield Padding(Text(line, overflow="fold"), (0, 0, 0, _GAP if number else 0))

    def _width(self) -> int:
        widths = [
            max([cell_len(column.lstrip("!")), *(cell_len(row[number]) for row in self._rows)])
            for number, column in enumerate(self._columns)
        ]
        least = [
            width if column.startswith("!") else min(width, _PROSE)
            for column, width in zip(self._columns, widths, strict=True)
        ]
        return sum(least) + _GAP * (len(least) - 1)

    def _lines(self, row: Sequence[str], width: int) -> Iterator[str]:
        """As many cells a line as fit; those after the first line with the names of their columns."""
        line, first = "", True
        for column, cell in zip(self._columns, row, strict=True):
            if not cell:
                continue
            shown = cell if first or not column.startswith("!") else f"{column[1:]} {cell}"
            joined = f"{line}{' ' * _GAP}{shown}" if line else shown
            if not line or cell_len(joined) <= (width if first else width - _GAP):
                line = joined
                continue
            yield line
            line, first = f"{column[1:]} {cell}" if column.startswith("!") else cell, False
        if line:
            yield line
