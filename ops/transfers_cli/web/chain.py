"""The picture of a chain of contacts: one box each, oldest on the left, an arrow from each to its successors."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from contact_transfer.connect.responses import ContactView

WIDTH, HEIGHT, GAP = 220, 92, 56


@dataclass(frozen=True)
class Box:
    """A contact with its place: ``column`` from the oldest on, ``row`` among those of one age. ``is_known``: the ledger has it."""

    view: ContactView
    column: int
    row: int
    is_known: bool

    @property
    def left(self) -> int:
        """Of the picture's own units."""
        return self.column * (WIDTH + GAP)

    @property
    def top(self) -> int:
        """Of the picture's own units."""
        return self.row * (HEIGHT + 24)


@dataclass(frozen=True)
class Picture:
    """``arrows``: pairs of boxes, from a contact to one that came of it. ``box_width``, ``box_height``: of each, in the picture's units."""

    boxes: Sequence[Box]
    arrows: Sequence[tuple[Box, Box]]
    box_width: int = WIDTH
    box_height: int = HEIGHT

    @property
    def width(self) -> int:
        """Of the whole."""
        return max((box.left for box in self.boxes), default=0) + WIDTH

    @property
    def height(self) -> int:
        """Of the whole."""
        return max((box.top for box in self.boxes), default=0) + HEIGHT


def picture(tree: Sequence[ContactView], known: Collection[str]) -> Picture:
    """Draw a tree of contacts, oldest first. ``known``: ids that the ledger has."""
    placed: dict[str, Box] = {}
    rows: dict[int, int] = {}
    for view in tree:
        before = placed.get(view.previous_contact_id or "")
        column = 0 if before is None else before.column + 1
        rows[column] = rows.get(column, -1) + 1
        placed[view.contact_id] = Box(view, column, rows[column], view.contact_id in known)
    arrows = [
        (placed[box.view.previous_contact_id], box) for box in placed.values() if box.view.previous_contact_id in placed
    ]
    return Picture(list(placed.values()), arrows)
