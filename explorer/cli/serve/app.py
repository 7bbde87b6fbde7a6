"""The application: which address is answered by what.  It holds nothing of a window but the run that it has begun."""

from __future__ import annotations

import re
from pathlib import Path

import trio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from explorer.cli.serve import choices, hand_over, show
from explorer.cli.serve.answer import Answer
from explorer.cli.serve.desk import Desk
from explorer.cli.serve.run_work import words

_FILE = re.compile(rf"{hand_over.PREFIX}[A-Za-z0-9_.-]+\.(html|json)")
_NUMBER = re.compile(r"[0-9]{1,9}")
_MOST_RUNS = 100_000


def application(desk: Desk) -> Starlette:
    """The application, whose work is done at a desk."""
    pages = _Pages(desk)
    return Starlette(
        routes=[
            Route("/", pages.home),
            Route("/start", pages.start),
            Route("/at/{state}", pages.state),
            Route("/at/{state}/back/{count}", pages.back),
            Route("/at/{state}/on", pages.on),
            Route("/at/{state}/report", pages.report, methods=["POST"]),
            Route("/out/{name}", pages.out),
            WebSocketRoute("/run/{state}", pages.run),
        ],
        exception_handlers={404: pages.nowhere},
    )


class _Pages:
    """What answers requests."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def home(self, _request: Request) -> Response:
        return _sent(await self._desk.answer(choices.home))

    async def nowhere(self, _request: Request, _error: Exception) -> Response:
        return _sent(await self._desk.answer(choices.nowhere))

    async def start(self, request: Request) -> Response:
        chosen = [request.query_params.get(name, "") for name in ("scenario", "fix", "protocol", "model", "sizes")]
        return _sent(await self._desk.answer(choices.start, *chosen))

    async def state(self, request: Request) -> Response:
        return _sent(await self._desk.answer(show.show, request.path_params["state"]))

    async def back(self, request: Request) -> Response:
        count = request.path_params["count"]
        if not _NUMBER.fullmatch(count):
            return _sent(await self._desk.answer(choices.nowhere))
        return _sent(await self._desk.answer(show.back, request.path_params["state"], int(count)))

    async def on(self, request: Request) -> Response:
        query = request.query_params
        thread = int(query["thread"]) if _NUMBER.fullmatch(query.get("thread", "")) else None
        stops = tuple(query.getlist("line")), tuple(query.getlist("location"))
        return _sent(await self._desk.answer(show.run_on, request.path_params["state"], thread, *stops))

    async def report(self, request: Request) -> Response:
        return _sent(await self._desk.answer(hand_over.write_reports, request.path_params["state"]))

    async def out(self, request: Request) -> Response:
        """A report or its page, of those that were handed over."""
        name = request.path_params["name"]
        file = Path(self._desk.served.out) / name
        if not _FILE.fullmatch(name) or not file.is_file():
            return _sent(await self._desk.answer(choices.nowhere))
        return FileResponse(file)

    async def run(self, socket: WebSocket) -> None:
        """A run; it ends with the connection, and the connection with it."""
        await socket.accept()
        query = socket.query_params
        numbers = [query.get(name, "") for name in ("runs", "seed")]
        wrong = query.get("how") != "all" and not all(map(_NUMBER.fullmatch, numbers))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_left, socket, nursery.cancel_scope)
            if wrong:
                await socket.send_text(words("runs and seed are numbers", over=True))
            elif query.get("how") == "all":
                await self._desk.run(socket.path_params["state"], None, 0, socket.send_text)
            else:
                runs, seed = map(int, numbers)
                await self._desk.run(socket.path_params["state"], min(runs, _MOST_RUNS), seed, socket.send_text)
            await socket.close()
            nursery.cancel_scope.cancel()


async def _left(socket: WebSocket, scope: trio.CancelScope) -> None:
    """Wait for the window to go, and end its run."""
    try:
        while True:
            await socket.receive_text()
    except (WebSocketDisconnect, KeyError):
        scope.cancel()


def _sent(answer: Answer) -> Response:
    if answer.status == 303:
        return RedirectResponse(answer.text, 303)
    return HTMLResponse(answer.text, answer.status)
