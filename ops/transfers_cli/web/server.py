"""The console's server: on the loopback interface, at a port of its own, for as long as the command runs."""

from __future__ import annotations

import socket
import sys
import threading
import webbrowser
from functools import partial

import uvicorn

from transfers_cli import say
from transfers_cli.deployment import find
from transfers_cli.errors import Exit, Stop
from transfers_cli.web.access import Access
from transfers_cli.web.application import application
from transfers_cli.web.console import Console

LOOPBACK = "127.0.0.1"


def serve(deployment: str, port: int, *, browser: bool) -> None:
    """Serve until Ctrl-C.

    Args:
        deployment: as ``find`` takes it.
        port: where to listen; 0 is any that is free.
        browser: whether to open the address in the person's own browser as well.

    Raises:
        Stop: something else listens at that port.
    """
    listener = listen(port)
    access, server = server_of(Console(deployment, partial(find, deployment)), listener)
    address = access.new_address()
    say.result(f"The console is at {address}")
    say.note("The address opens it once. Enter: a new address. Ctrl-C: the end.")
    if browser:
        webbrowser.open(address)
    threading.Thread(target=_print_addresses, args=(access,), daemon=True, name="addresses").start()
    server.run(sockets=[listener])


def server_of(console: Console, listener: socket.socket) -> tuple[Access, uvicorn.Server]:
    """The server of a console at a socket that listens, not started yet, and who may use it."""
    access = Access(f"{LOOPBACK}:{listener.getsockname()[1]}")
    config = uvicorn.Config(application(console, access), log_level="warning", access_log=False, lifespan="off")
    return access, uvicorn.Server(config)


def listen(port: int) -> socket.socket:
    """A socket that nobody beyond this machine reaches. Raise ``Stop`` when the ``port`` is taken."""
    try:
        return socket.create_server((LOOPBACK, port))
    except OSError as error:
        raise Stop(f"Nothing can listen at {LOOPBACK}:{port}: {error.strerror}.", Exit.USAGE) from None


def _print_addresses(access: Access) -> None:
    """A new address for each line from a terminal, where there is one."""
    if sys.stdin is not None and sys.stdin.isatty():
        for _ in sys.stdin:
            say.result(access.new_address())
