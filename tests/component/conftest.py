"""A world for each test, on one virtual DynamoDB."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.virtual.table_client import TableClient
from tests.component.doors import Doors, NewDoors
from tests.component.world import World


@pytest.fixture
def dynamodb() -> TableClient:
    return TableClient("ledger")


@pytest.fixture
def new_world(dynamodb: Any) -> Callable[..., World]:
    def build(**overrides: Any) -> World:
        return World(dynamodb, **overrides)

    return build


@pytest.fixture
def world(new_world: Callable[..., World]) -> World:
    return new_world()


@pytest.fixture
def new_doors(dynamodb: Any) -> NewDoors:
    return lambda **given: Doors(dynamodb, **given)


@pytest.fixture
def doors(new_doors: NewDoors) -> Doors:
    return new_doors()


@pytest.fixture
def log_lines(world: World, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[str]]]:
    """What the worker has written so far: its log lines, then its metrics."""
    stream = io.StringIO()
    handlers = [one for one in logging.getLogger("contact-transfer").handlers if isinstance(one, logging.StreamHandler)]
    before = [(handler, handler.setStream(stream)) for handler in handlers]
    assert world is not None
    yield lambda: [*stream.getvalue().splitlines(), *capsys.readouterr().out.splitlines()]
    for handler, previous in before:
        if previous is not None:
            handler.setStream(previous)
