"""Who may ask the server: pages that it has sent itself, and the person who types an address.

It is bound to the loopback address, but any page in the person's browser can send requests there, and a name of its
own can lead there too (DNS rebinding).  So a request is refused unless it names this server as its host, and where
the browser says that another site has caused it.  Then no secret is needed in addresses: nobody else can read an
answer or cause a change.  Other programs and users of the machine can ask what the person could; all that the server
does for them is to explore shipped programs within limits, and to write reports into its own folder.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY = 4096
"""Bytes of a request's body: none that is served has one."""

_HTTP = 80
"""The port of http, which addresses do not name."""

_HEADERS: Mapping[str, str] = {
    # A page says itself what it may load; nobody may show it inside another one.
    "content-security-policy": "frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """Refuses what is not for this server, and adds to each answer what the browser must heed."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        names = ("127.0.0.1", "localhost")
        # Browsers leave the port of http out.
        self._hosts = [f"{name}:{port}" for name in names] + [name for name in names if port == _HTTP]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(Headers(scope=scope))
        if refusal is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        else:
            status, text = refusal
            await PlainTextResponse(f"{text}\n", status)(scope, receive, _with_headers(send))

    def _refusal(self, headers: Headers) -> tuple[int, str] | None:
        """Status and text, None for a request that is welcome."""
        here = f"open http://{self._hosts[0]}/"
        host = headers.get("host", "")
        if host not in self._hosts:
            return 421, f"this server is not that host: {here}"
        if headers.get("origin") not in (None, f"http://{host}"):
            return 403, f"another site may not ask this server: {here}"
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return 403, f"another site has led here: copy the address, or {here}"
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers or not length.isdecimal() or len(length) > 9 or int(length) > MOST_BODY:
            return 413, f"a request may have {MOST_BODY} bytes"
        return None


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
        await send(message)

    return sending
