"""The connections of the server: an error in one ends that one, and no other.

hypercorn would let what goes wrong in the protocol of one connection end the whole server: a WebSocket frame in the
same packet as its handshake is enough. So the connections are accepted here, by hypercorn's own class with the error
kept in; everything else is as in ``hypercorn.trio.run``.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable

import trio
from hypercorn.config import Config
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ConnectionState, Framework
from hypercorn.utils import wrap_app


class _Connection(TCPServer):
    """One connection; whatever is wrong with what it is sent, the others go on."""

    async def run(self) -> None:
        # It is closed by then. What the application raises hypercorn tells itself, and goes on.
        try:
            await super().run()
        except* Exception:
            pass


async def serve_connections(
    app: Framework, config: Config, listener: socket.socket, ended: Callable[[], Awaitable[None]]
) -> None:
    """Serve an application to all who connect, until ``ended`` returns; then connections have a moment to end.

    ``listener`` listens already, and is closed in the end.
    """
    context = WorkerContext(None)
    wrapped = wrap_app(app, config.wsgi_max_body_size, "asgi")

    async def connect(stream: trio.SocketStream) -> None:
        await _Connection(wrapped, config, context, ConnectionState({}), stream)  # type: ignore[arg-type]

    async with trio.open_nursery() as connections:
        listeners = [trio.SocketListener(trio.socket.from_stdlib_socket(listener))]
        async with trio.open_nursery() as accepting:
            accepting.start_soon(lambda: trio.serve_listeners(connect, listeners, handler_nursery=connections))
            await ended()
            accepting.cancel_scope.cancel()
        await context.terminated.set()
        connections.cancel_scope.deadline = trio.current_time() + config.graceful_timeout
