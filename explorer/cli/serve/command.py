"""``sealrace serve``: the live explorer, on trio, for browsers of this machine."""

from __future__ import annotations

import signal
import socket
import webbrowser
from collections.abc import Sequence
from pathlib import Path

import click
import trio
from hypercorn.config import Config

from explorer.cli.failures import UsageProblem
from explorer.cli.folder import make_folder
from explorer.cli.named import find_scenario
from explorer.cli.serve.answer import Served
from explorer.cli.serve.app import application
from explorer.cli.serve.connections import serve_connections
from explorer.cli.serve.desk import open_desk
from explorer.cli.serve.guard import Guard

HOST = "127.0.0.1"
"""One address for all: browsers that try ::1 for ``localhost`` first come here next."""

_REQUEST_BYTES = 64 * 1024
"""Of a request's head: the address of a state of thousands of steps has room."""

_GRACE_SECONDS = 0.3


def serve_explorer(names: Sequence[str], port: int, out: Path, *, open_browser: bool) -> None:
    """Serve until Ctrl-C or SIGTERM; ``names`` are scenarios of the user's own, which may be chosen too.

    UsageProblem where a scenario is not found, nothing can be written to the folder, or the port is taken.
    """
    extra = tuple(dict.fromkeys(find_scenario(name).name for name in names))
    make_folder(out)
    with _listening(port) as listener:
        trio.run(_serve, listener, Served(str(out), extra), open_browser)


def _listening(port: int) -> socket.socket:
    """The socket; port 0 is any free one."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(100)
    except OSError as error:
        listener.close()
        raise UsageProblem(
            f"port {port} of {HOST}: {error.strerror}\n  name another one with --port, or 0 for any that is free"
        ) from error
    return listener


async def _serve(listener: socket.socket, served: Served, open_browser: bool) -> None:
    port = listener.getsockname()[1]
    address = f"http://{HOST}:{port}/"
    config = Config()
    config.graceful_timeout = _GRACE_SECONDS
    config.h11_max_incomplete_size = _REQUEST_BYTES
    config.websocket_max_message_size = _REQUEST_BYTES
    config.include_server_header = False
    config.loglevel = "WARNING"

    async def told_to_end() -> None:
        await signals.__anext__()

    # Open before anything is told: from then on a signal ends it cleanly.
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with open_desk(served) as desk:
            click.echo(f"sealrace serve: {address}  (Ctrl-C ends it)")
            if open_browser:
                await trio.to_thread.run_sync(webbrowser.open, address)
            app = Guard(application(desk), port)
            await serve_connections(app, config, listener, told_to_end)  # type: ignore[arg-type]
