"""What the server answers: to its own pages all, to other sites nothing, to damaged addresses what is wrong."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import trio
from command_line import run
from msgspec.structs import replace
from served import Reply, Server, serving

from explorer.cli.serve.guard import Guard
from explorer.schedule.steps import Step
from explorer.token import packed, read_token
from reports.report import load_report


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("serve") / "out") as found:
        yield found


def problem(reply: Reply) -> list[str]:
    """What a page says is wrong, and what to do."""
    block = re.search(r'<div class="problem" role="alert">(.*?)</div>', reply.text, re.DOTALL)
    assert block is not None
    return [unescape(line) for line in re.findall(r"<(?:h1|p)>(.*?)</(?:h1|p)>", block[1])]


def test_the_start_lists_what_there_is(server: Server) -> None:
    reply = server.ask("/")
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert "a read under way while its file is emptied, sealed, grown and written by a guest" in unescape(reply.text)
    assert 'href="/start?scenario=inflight"' in reply.text
    assert 'href="/start?scenario=inflight&amp;sizes=small"' in reply.text


def test_every_answer_tells_the_browser_to_be_careful(server: Server) -> None:
    for reply in (server.ask("/"), server.ask("/nothing"), server.ask("/", headers={"Host": "evil.example"})):
        assert reply.headers["content-security-policy"] == "frame-ancestors 'none'"
        assert reply.headers["x-frame-options"] == "DENY"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "same-origin"
        assert reply.headers["cross-origin-resource-policy"] == "same-origin"
        assert reply.headers["cache-control"] == "no-store"
        assert "server" not in reply.headers


def test_a_page_may_ask_its_own_server_only(server: Server) -> None:
    reply = server.ask(server.start("seal-write"))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="(.*?)"', reply.text)
    assert policy is not None
    assert re.fullmatch(
        r"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[A-Za-z0-9+/]{43}='; connect-src 'self'; "
        r"base-uri 'none'; form-action 'self'",
        unescape(policy[1]),
    )
    assert not re.search(r"<[^>]* on[a-z]+=", reply.text)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "", "[::1]:{port}"]
)
def test_another_host_is_refused(server: Server, host: str) -> None:
    reply = server.ask("/", headers={"Host": host.format(port=server.port)})
    assert reply.status == 421
    assert reply.text == f"this server is not that host: open http://127.0.0.1:{server.port}/\n"


def test_its_own_names_are_welcome(server: Server) -> None:
    for name in ("127.0.0.1", "localhost"):
        host = f"{name}:{server.port}"
        assert server.ask("/", headers={"Host": host, "Origin": f"http://{host}"}).status == 200


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "https://127.0.0.1:{port}", "http://127.0.0.1:1", "http://localhost:{port}"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_origin_is_refused(server: Server, origin: str, method: str) -> None:
    reply = server.ask("/at/x/report", method, headers={"Origin": origin.format(port=server.port)})
    assert reply.status == 403
    assert reply.text == f"another site may not ask this server: open http://127.0.0.1:{server.port}/\n"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "anything"])
def test_what_another_site_has_led_to_is_refused(server: Server, site: str) -> None:
    reply = server.ask("/", headers={"Sec-Fetch-Site": site})
    assert reply.status == 403
    assert reply.text == f"another site has led here: copy the address, or open http://127.0.0.1:{server.port}/\n"
    for welcome in ("none", "same-origin"):
        assert server.ask("/", headers={"Sec-Fetch-Site": welcome}).status == 200


@pytest.mark.parametrize(
    "headers", [{"Content-Length": "4097"}, {"Content-Length": "9" * 12}, {"Transfer-Encoding": "chunked"}]
)
def test_a_large_body_is_refused_unread(server: Server, headers: Mapping[str, str]) -> None:
    reply = server.ask("/at/x/report", "POST", body=b"", headers=headers)
    assert (reply.status, reply.text) == (413, "a request may have 4096 bytes\n")


def test_a_long_head_is_refused(server: Server) -> None:
    assert server.ask("/at/" + "0" * 70_000).status in (400, 431)


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_a_run_for_another_site_is_refused(server: Server, headers: Mapping[str, str]) -> None:
    sent = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    path = server.start("seal-write").replace("/at/", "/run/") + "?how=all"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        wanted = {"Host": f"127.0.0.1:{server.port}", **sent, **headers}
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in wanted.items())]
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 403 ")


def test_other_methods_and_addresses_are_not_there(server: Server) -> None:
    reply = server.ask("/nothing")
    assert reply.status == 404
    assert problem(reply) == ["there is nothing at this address", "copy all of it, or begin at the start"]
    assert '<a class="button" href="/">' in reply.text
    assert server.ask("/", "DELETE").status == 405
    assert server.ask(f"{server.start('seal-write')}/report").status == 405


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ("scenario=sealrace", "unknown scenario 'sealrace'"),
        ("", "unknown scenario ''"),
        ("scenario=inflight&fix=no", "unknown fix 'no'"),
        ("scenario=inflight&protocol=no", "unknown protocol 'no'"),
        ("scenario=inflight&model=%2Fetc%2Fpasswd", "unknown model '/etc/passwd'"),
        ("scenario=inflight&fix=none%2Bi_rwsem", "'none+i_rwsem': none combines with nothing"),
    ],
)
def test_unknown_names_are_told_with_those_there_are(server: Server, query: str, lines: str) -> None:
    reply = server.ask(f"/start?{query}")
    told = problem(reply)
    assert (reply.status, told[0]) == (400, lines)
    assert told[1].startswith("there are: ")


def test_what_does_not_go_together_keeps_the_choice_and_says_what_does(server: Server) -> None:
    """``create-time`` is what P1 does anyway: no fix of P2."""
    reply = server.ask("/start?scenario=inflight&fix=create-time&protocol=P2&model=tso&sizes=small")
    told = problem(reply)
    assert reply.status == 400
    assert told[0].startswith("fix create-time with protocol P2 is not applicable: ")
    assert told[1].startswith("protocols that go with fix create-time: ")
    assert told[2].startswith("fixes that go with protocol P2: none, no-check, ")
    assert told[3] == "choose one of them above and press Start"
    assert "sealrace list" not in reply.text
    chosen = re.findall(r"<option(?: value=\"small\")? selected>(.*?)</option>", reply.text)
    assert chosen[:4] == ["inflight", "create-time", "P2", "tso"]
    assert chosen[4].startswith("small (")


def test_control_characters_are_shown_and_markup_is_text(server: Server) -> None:
    reply = server.ask("/start?scenario=%1b%5b31m%3Cscript%3E%E2%80%AE")
    assert problem(reply)[0] == r"unknown scenario '\x1b[31m<script>\u202e'"
    assert "<script>\\u202e" not in reply.text


def changed(server: Server, **fields: Any) -> Reply:
    """The state of a token that differs in some fields from that of a start."""
    token = read_token(server.start("seal-write").removeprefix("/at/"))
    return server.ask(f"/at/{quote(str(replace(token, **fields)))}")


def test_a_damaged_address_is_told(server: Server) -> None:
    path = server.start("seal-write")
    told = [problem(server.ask(each)) for each in ("/at/none", path[:-1], path[:20] + "!" + path[21:])]
    assert told == [
        ["a token begins with sr1_", "copy all of it"],
        ["the token is damaged: its checksum is another", "copy all of it"],
        ["the token has letters that no token has", "copy all of it"],
    ]


def test_steps_that_there_are_not_are_told(server: Server) -> None:
    told = [
        (reply.status, problem(reply))
        for reply in (changed(server, runs=packed(steps)) for steps in ([Step(2)], [Step(0, older=5)]))
    ]
    assert told == [
        (400, ["step 1 is one of thread 2, there are 2 threads"]),
        (400, ["step 1 is not possible: thread owner stands at R[acquire] inode.i_rwsem at A4 inode_lock"]),
    ]


def test_another_program_or_other_rules_are_told(server: Server) -> None:
    told = [problem(changed(server, **{field: b"abcd"}))[0] for field in ("program", "rules")]
    what = "token of seal-write, fix none, protocol P2, model sc"
    assert told == [
        f"{what}: the scenario has changed since the token was made",
        f"{what}: the rules of model sc have changed since",
    ]


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ("/etc/passwd", "unknown scenario '/etc/passwd'"),
        ("sb.litmus", "unknown scenario 'sb.litmus'"),
        ("other.py:RING", "'other.py:RING' is not served"),
    ],
)
def test_an_address_names_no_file_of_its_own(server: Server, scenario: str, said: str) -> None:
    reply = changed(server, scenario=scenario)
    assert (reply.status, problem(reply)[0]) == (400, said)
    assert problem(changed(server, scenario=scenario, protocol="litmus"))[0] == "litmus tests are not served"


def test_an_address_names_no_model_of_its_own(server: Server) -> None:
    assert problem(changed(server, model="/etc/passwd"))[0] == "unknown model '/etc/passwd'"


def test_the_token_of_a_report_opens_where_it_ends(server: Server, tmp_path: Path) -> None:
    assert run("explore", "inflight", "--small", "--model", "sc", "--out", str(tmp_path)).exit_code == 1
    report = load_report(tmp_path / "inflight-P2-none-small-sc-leak.json")
    reply = server.ask(f"/at/{report.token}")
    assert reply.status == 200
    assert '<span class="word violated">VIOLATED: leak' in reply.text


@pytest.mark.parametrize("name", ["live-nothing.html", "..%2F..%2Fetc%2Fpasswd", "live-..%2Fx.html", ".sealrace"])
def test_no_other_file_is_served(server: Server, name: str) -> None:
    server.out.mkdir(exist_ok=True)
    (server.out / "other.html").write_text("secret", encoding="utf-8")
    for each in (name, "other.html"):
        reply = server.ask(f"/out/{each}")
        assert reply.status == 404
        assert "secret" not in reply.text


def test_threads_that_are_not_there_are_refused(server: Server) -> None:
    reply = server.ask(f"{server.start('seal-write')}/on?thread=7")
    assert reply.status == 400
    assert problem(reply) == ["there is no thread 7", "the program has threads 0 to 1"]


def test_an_execution_that_is_not_over_has_no_report(server: Server) -> None:
    reply = server.ask(f"{server.start('seal-write')}/report", "POST", body=b"")
    assert reply.status == 400
    assert problem(reply) == ["the execution is not over, or none to report", "take it to its end first"]


def test_a_report_that_is_handed_over_replays(server: Server, tmp_path: Path) -> None:
    end = server.ask(f"{server.start('inflight', sizes='small')}/on").headers["location"]
    reply = server.ask(f"{end}/report", "POST", body=b"")
    assert (reply.status, reply.headers["location"]) == (303, end)
    page = server.ask(end).text
    (name,) = re.findall(r'href="/out/(live-[^"]*)"', page)
    handed = server.ask(f"/out/{name}")
    assert handed.status == 200
    assert handed.text == (server.out / name).read_text(encoding="utf-8")
    written = sorted(file.name for file in server.out.iterdir() if file.name.startswith("live-"))
    assert written == [name, name.replace(".html", ".json")]
    result = run("replay", str(server.out / name.replace(".html", ".json")))
    assert result.exit_code == 0, result.output
    assert result.output.startswith("reproduced: ")
    # Written again it is the same file.
    before = (server.out / name).read_bytes()
    server.ask(f"{end}/report", "POST", body=b"")
    assert (server.out / name).read_bytes() == before
    assert not [file for file in server.out.iterdir() if file.is_dir()]


_UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
_FRAME = b"\x81\x85\0\0\0\0hello"

BROKEN = {
    "a frame before the handshake is done": f"GET /run/x?how=all HTTP/1.1\r\n{{host}}{_UPGRADE}\r\n".encode() + _FRAME,
    "the same of another site": f"GET /run/x HTTP/1.1\r\n{{host}}{_UPGRADE}Origin: http://a.example\r\n\r\n".encode()
    + _FRAME,
    "a handshake without a key": b"GET /run/x HTTP/1.1\r\n{host}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "a handshake in HTTP/1.0": f"GET /run/x?how=all HTTP/1.0\r\n{{host}}{_UPGRADE}\r\n".encode(),
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "HTTP/2 and then none": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 100,
    "HTTP/2 with settings that are none": b"GET / HTTP/1.1\r\n{host}Connection: Upgrade, HTTP2-Settings\r\n"
    b"Upgrade: h2c\r\nHTTP2-Settings: %%%\r\n\r\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_request_ends_its_own_connection_alone(server: Server, name: str) -> None:
    sent = BROKEN[name].replace(b"{host}", f"Host: 127.0.0.1:{server.port}\r\n".encode())
    with socket.create_connection(("127.0.0.1", server.port), timeout=2) as connection:
        connection.sendall(sent)
        # Most end it; where HTTP/2 has begun it may wait for more.
        with suppress(TimeoutError, ConnectionResetError):
            while connection.recv(4096):
                pass
    assert server.process.poll() is None
    assert server.ask("/").status == 200


def test_a_reduced_form_has_a_page_though_it_is_not_listed(server: Server) -> None:
    assert 'href="/start?scenario=fresh-window"' not in server.ask("/").text
    page = server.ask(server.start("fresh-window"))
    assert page.status == 200
    assert "<option selected>fresh-window</option>" in page.text


@pytest.mark.parametrize("count", ["9" * 5000, "-1", "x"])
def test_steps_back_that_are_no_number_lead_nowhere(server: Server, count: str) -> None:
    reply = server.ask(f"{server.start('seal-write')}/back/{count}")
    assert reply.status == 404
    assert problem(reply)[0] == "there is nothing at this address"


@pytest.mark.parametrize(
    ("port", "host", "status"),
    [(80, "127.0.0.1", 204), (80, "localhost", 204), (80, "localhost:80", 204), (8057, "127.0.0.1", 421)],
)
def test_the_port_of_http_is_named_by_no_browser(port: int, host: str, status: int) -> None:
    answered: list[Any] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})

    async def send(message: Any) -> None:
        answered.append(message)

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", host.encode())]}
    trio.run(Guard(app, port).__call__, scope, receive, send)
    assert answered[0]["status"] == status
