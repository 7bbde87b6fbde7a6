"""A server of ``sealrace serve`` for tests: on a port of its own, ended by the test that has begun it."""

from __future__ import annotations

import http.client
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

PATIENCE = 60  # seconds; what is waited for comes within a few
_PROGRAM = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from explorer.cli.main import main
main(prog_name="sealrace")
"""


@dataclass(frozen=True)
class Reply:
    """What the server answered."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True)
class Server:
    """One that runs; ``address`` ends with a slash."""

    process: subprocess.Popen[str]
    address: str
    port: int
    out: Path

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Ask for a path, following no redirection; ``headers`` go with it, or instead of the right host."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.putrequest(method, path, skip_host=True)
            sent = {"Host": f"127.0.0.1:{self.port}", **(headers or {})}
            if body is not None:
                sent.setdefault("Content-Length", str(len(body)))
            for name, value in sent.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, told, answer.read().decode())
        finally:
            connection.close()

    def start(self, scenario: str, **chosen: str) -> str:
        """The path where a program starts."""
        query = "&".join(f"{name}={quote(value)}" for name, value in {"scenario": scenario, **chosen}.items())
        return self.ask(f"/start?{query}").headers["location"]

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end; gives its exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def children(pid: int) -> list[int]:
    """The processes that a process has started, by whichever thread, and theirs."""
    own = [int(each) for file in Path(f"/proc/{pid}/task").glob("*/children") for each in file.read_text().split()]
    return [*own, *(below for each in own for below in children(each))]


def memory(pid: int) -> int:
    """What a process holds in memory, in kB."""
    match = re.search(r"^VmRSS:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert match is not None
    return int(match[1])


def open_files(pid: int) -> int:
    """How many files and sockets a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


@contextmanager
def serving(out: Path, *arguments: str) -> Iterator[Server]:
    """A server that writes reports to this folder; it is ended, and killed where that does not help."""
    command = [sys.executable, "-c", _PROGRAM, "serve", "--port", "0", "--out", str(out), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            match = re.fullmatch(r"sealrace serve: (http://127\.0\.0\.1:(\d+)/)  \(Ctrl-C ends it\)\n", line)
            assert match is not None, (line, process.stderr and process.stderr.read())
            yield Server(process, match[1], int(match[2]), out)
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()
