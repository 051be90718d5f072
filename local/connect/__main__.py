"""``python -m local.connect``: the Amazon Connect simulator as a process."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from local.connect.model import Connect
from local.connect.resources import add_resource
from local.connect.running import listen, serve, url_of
from local.connect.server.simulator import DEFAULT_INSTANCE_ARN, Simulator

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

_Instances = Annotated[
    list[str] | None, typer.Option(help="ARN of an instance that exists from the start; repeat for several.")
]
_Quotas = Annotated[
    list[str] | None, typer.Option(help="OPERATION=RATE/BURST or OPERATION=none; * for all. Default: AWS's own.")
]
_Resources = Annotated[
    list[str] | None, typer.Option(help="ARN of a flow (ARN=TYPE), queue or agent that exists from the start.")
]


def _quota(connect: Connect, given: str) -> None:
    operation, _, value = given.partition("=")
    try:
        if value == "none":
            connect.set_quota(operation, None)
            return
        rate, _, burst = value.partition("/")
        connect.set_quota(operation, float(rate), float(burst) if burst else None)
    except ValueError as error:
        raise typer.BadParameter(
            f"{given}: write OPERATION=RATE/BURST, OPERATION=none, or * for all operations"
        ) from error


@app.command()
def main(  # noqa: PLR0917 - typer makes each parameter an option
    instance_arn: _Instances = None,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
    quota: _Quotas = None,
    resource: _Resources = None,
    seed_data: Annotated[bool, typer.Option(help="Give each instance flows, queues and users.")] = False,  # noqa: FBT002 - typer's way to make a flag
    random_seed: Annotated[int | None, typer.Option(help="Makes ids and chances repeatable.")] = None,
    ready_file: Annotated[Path | None, typer.Option(help="Written with the URL once the server answers.")] = None,
) -> None:
    """Simulate Amazon Connect on this machine: boto3 and the AWS CLI reach it through AWS_ENDPOINT_URL_CONNECT.

    Prints its URL in one line when it is ready. GET URL/_control/ explains how to steer it.
    """
    prepare = partial(_prepare, quotas=quota or [], resources=resource or [])
    try:
        arns = instance_arn or [DEFAULT_INSTANCE_ARN]
        simulator = Simulator(arns, random_seed=random_seed, seed_data=seed_data, prepare=prepare)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    try:
        listener = listen(port)
    except OSError as error:
        raise typer.BadParameter(f"port {port} cannot be used: {error.strerror}") from error

    serve(simulator, listener, lambda: _announce(url_of(listener), ready_file))


def _prepare(connect: Connect, quotas: Sequence[str], resources: Sequence[str]) -> None:
    for given in quotas:
        _quota(connect, given)
    for given in resources:
        add_resource(connect, given)


def _announce(url: str, ready_file: Path | None) -> None:
    print(url, flush=True)
    if ready_file:
        temporary = ready_file.with_name(ready_file.name + ".new")
        temporary.write_text(url + "\n")
        temporary.replace(ready_file)


app()
