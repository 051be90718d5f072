"""Fixtures of the local cloud: the emulator alone, and small functions to put behind a queue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from local.aws import Aws, Identity
from local.function import Function, FunctionConfiguration, Runtime

FunctionOf = Callable[..., Function]


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """An emulated AWS without any stack."""
    with Aws(Identity(), tmp_path_factory.mktemp("aws-logs")) as running:
        yield running


@pytest.fixture
def function_of(tmp_path: Path) -> Iterator[FunctionOf]:
    """Make functions from source code; each is closed after the test."""
    made: list[Function] = []

    def make(source: str, *, timeout: float = 5.0, recycle_after: int | None = None) -> Function:
        code = tmp_path / f"code-{len(made)}"
        code.mkdir()
        (code / "module.py").write_text(dedent(source))
        configuration = FunctionConfiguration(
            name="small",
            arn="arn:aws:lambda:eu-central-1:111122223333:function:small",
            handler="module.handler",
            runtime="python3.13",
            code=code,
            timeout=timeout,
            variables={"GIVEN": "by the deployment", "AWS_LAMBDA_FUNCTION_NAME": "not mine to set"},
            log_format="JSON",
        )
        variables = {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        made.append(
            Function(
                configuration,
                Runtime.like("python3.13"),
                lambda: variables,
                tmp_path / "function.jsonl",
                recycle_after=recycle_after,
            )
        )
        return made[-1]

    yield make
    for function in made:
        function.close()
