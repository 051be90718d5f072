"""Requests as they are given, line by line, and what the worker's own code says of each."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from contact_transfer.config.worker_settings import Settings
from contact_transfer.request.envelope import MalformedMessage, open_body
from contact_transfer.request.model import TransferRequest
from contact_transfer.request.parser import Refused, read_request
from transfers_cli.deployment import Deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.failed.parked import copied
from transfers_cli.look import Looker
from transfers_cli.progress import counting


@dataclass(frozen=True)
class Line:
    """One request as it was given.

    ``number``: its line in the file, from 1, blank lines counted. ``attributes``: the message's own, when a copy of a dropped
    message has them. ``wrong``: why it cannot succeed.
    """

    number: int
    body: str
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    request: TransferRequest | None = None
    wrong: str | None = None


def read_lines(file: Path, settings: Settings) -> list[Line]:
    """The requests in a file of JSON lines, or in standard input for ``-``. Raise ``Stop`` when it cannot be read."""
    try:
        with nullcontext(sys.stdin) if str(file) == "-" else file.open(encoding="utf-8-sig") as stream:
            return [read_line(number, text.strip(), settings) for number, text in enumerate(stream, 1) if text.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(f"{file} cannot be read: {error}.", Exit.USAGE) from None


def read_line(number: int, text: str, settings: Settings) -> Line:
    """One request, which may be a line that ``failed drop`` wrote."""
    body, attributes = copied(text) or (text, {})
    line = Line(number, body, attributes)
    try:
        opened = open_body(body)
        return replace(line, request=read_request(opened.fields, settings, opened.source))
    except MalformedMessage as error:
        return replace(line, wrong=f"MalformedMessage: {error}")
    except Refused as error:
        return replace(line, wrong=f"{error.failed.code}: {error.failed.message}")


def ask_connect(found: Deployment, lines: Sequence[Line]) -> Iterator[Line]:
    """The same lines, with what Connect says against those that nothing spoke against so far."""
    looker = Looker(found.aws("connect"), found.settings)
    with counting("asking Connect", len(lines)) as progress:
        for line in lines:
            yield line if line.request is None else replace(line, wrong=looker.problem(line.request))
            progress.advanced(1)
