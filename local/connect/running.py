"""Run the simulator's server: in this thread until it is stopped, or in a thread of its own for tests."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn

from local.connect.server.app import App
from local.connect.server.simulator import Simulator
from local.connect.server.wire import CuttableProtocol


class Server(uvicorn.Server):
    """uvicorn, which calls ``on_ready`` once it answers."""

    def __init__(self, simulator: Simulator, on_ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            App(simulator),
            http=CuttableProtocol,
            ws="none",
            lifespan="on",
            log_level="warning",
            access_log=False,
            date_header=False,  # Connect's own clock decides
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen on the sockets, then report that the server is ready."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()


def listen(port: int = 0) -> socket.socket:
    """Bind to 127.0.0.1 (port 0: any free one). Raise ``OSError`` when the port is taken."""
    # asyncio turns Nagle's algorithm off only for sockets that name their protocol; with it on, every answer takes 40 ms
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(1024)
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the URL under which the server answers."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def serve(simulator: Simulator, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM. ``on_ready``: called once it answers."""
    Server(simulator, on_ready).run(sockets=[listener])


@contextlib.contextmanager
def running(simulator: Simulator) -> Iterator[str]:
    """Serve in a thread of its own; yields the URL. Raise ``RuntimeError`` when it does not start."""
    ready = threading.Event()
    server = Server(simulator, ready.set)
    with listen() as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        if not ready.wait(30):
            raise RuntimeError("the Amazon Connect simulator did not start within 30 s")
        try:
            yield url_of(listener)
        finally:
            server.should_exit = True
            thread.join()
