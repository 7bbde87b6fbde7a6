"""How the server starts and ends: on a free port only, by a signal and at once, with nothing left behind."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from command_line import run
from served import Server, children, serving


def begin_run(server: Server, query: str) -> socket.socket:
    """Begin a run of the largest kind as a page does; gives the connection when it has told something."""
    path = server.start("mmap-window", model="lkmm").replace("/at/", "/run/")
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    lines = [
        f"GET {path}?{query} HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ]
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    told = b""
    while b'"words"' not in told:
        more = connection.recv(4096)
        assert more
        told += more
    assert told.startswith(b"HTTP/1.1 101 ")
    return connection


def runs(process: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for_end(processes: Iterable[int]) -> None:
    """Wait until none of these is there any more, but for what is left of those that nobody has waited for."""
    until = time.monotonic() + 60
    for each in processes:
        while runs(each):
            assert time.monotonic() < until, f"process {each} is left"
            time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_its_runs(tmp_path: Path, number: signal.Signals) -> None:
    with serving(tmp_path) as server:
        assert server.ask("/").status == 200
        with begin_run(server, "how=random&runs=100000&seed=1"):
            below = children(server.process.pid)
            assert len(below) >= 2
            assert server.end(number) == 0
        wait_for_end(below)
        assert server.process.stderr is not None
        assert server.process.stderr.read() == ""


def test_a_run_ends_with_its_window(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.start("mmap-window", model="lkmm")
        before = set(children(server.process.pid))
        with begin_run(server, "how=random&runs=100000&seed=1"):
            assert set(children(server.process.pid)) - before
        until = time.monotonic() + 60
        while set(children(server.process.pid)) - before:
            assert time.monotonic() < until, "the process of the run is left"
            time.sleep(0.05)


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--port", str(port), "--out", str(tmp_path))
    assert result.exit_code == 2
    assert result.output == (
        f"port {port} of 127.0.0.1: Address already in use\n  name another one with --port, or 0 for any that is free\n"
    )


def test_an_unknown_scenario_is_told(tmp_path: Path) -> None:
    result = run("serve", "no-such", "--out", str(tmp_path))
    assert result.exit_code == 2
    assert result.output.startswith("unknown scenario 'no-such'\n")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run("serve", "--port", "0", "--out", str(tmp_path / "file" / "out"))
    assert result.exit_code == 2
    assert result.output.endswith("  name another folder with --out\n")


def test_killing_it_leaves_the_reports_that_are_written(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        end = server.ask(f"{server.start('inflight', sizes='small')}/on").headers["location"]
        assert server.ask(f"{end}/report", "POST", body=b"").status == 303
        with begin_run(server, "how=random&runs=100000&seed=1"):
            written = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
            below = children(server.process.pid)
            server.process.kill()
            server.process.wait(60)
    assert len(below) >= 2
    wait_for_end(below)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == written
    (report,) = tmp_path.glob("live-*.json")
    assert run("replay", str(report)).exit_code == 0
    # A new server shows the same state, with its report.
    with serving(tmp_path) as server:
        assert f'href="/out/{report.stem}.html"' in server.ask(end).text
