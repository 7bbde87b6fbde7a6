"""Scenarios of the user's own: those named as the server began are served, as their files are now; no others are."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from command_line import run
from msgspec.structs import replace
from scenario_files import ONE, write
from served import Server, serving

from explorer.token import read_token


def end_of(server: Server, name: str) -> str:
    """The path of the state where all threads of a scenario have run."""
    return server.ask(f"{server.start(name)}/on").headers["location"]


def test_a_scenario_in_a_file_is_driven_and_handed_over(tmp_path: Path) -> None:
    """The file lies outside the current folder: the user has named it."""
    name = f"{write(str(tmp_path / 'mine' / 'ring.py'))}:ring"
    with serving(tmp_path / "out", name) as server:
        assert f">{name}</a>" in server.ask("/").text
        page = unescape(server.ask(server.start(name)).text)
        assert "writes 1" in page
        assert 'await t.write(box, 1, ONCE, at="W1 fill")' in page
        end = end_of(server, name)
        assert server.ask(f"{end}/report", "POST", body=b"").status == 303
        (link,) = re.findall(r'href="/out/(live-[^"]*)"', server.ask(end).text)
    report = tmp_path / "out" / link.replace(".html", ".json")
    result = run("replay", str(report), "--scenario", str(tmp_path / "mine" / "ring.py"))
    assert result.exit_code == 0, result.output


def test_a_file_alone_names_its_only_scenario(tmp_path: Path) -> None:
    file = write(str(tmp_path / "ring.py"))
    with serving(tmp_path / "out", str(file)) as server:
        assert f">{file}:ring</a>" in server.ask("/").text


def test_another_file_is_not_run(tmp_path: Path) -> None:
    mine, trace = write(str(tmp_path / "ring.py")), tmp_path / "ran"
    other = write(str(tmp_path / "other.py"), f"{ONE}\nopen({str(trace)!r}, 'w')\n")
    with serving(tmp_path / "out", str(mine)) as server:
        path = server.start(f"{mine}:ring")
        token = replace(read_token(path.removeprefix("/at/")), scenario=f"{other}:ring")
        for address in (f"/at/{token}", f"/start?scenario={other}:ring"):
            reply = server.ask(address)
            assert (reply.status, "is not served" in reply.text) == (400, True)
    assert not trace.exists()


def test_a_file_that_changes_is_driven_as_it_is_now(tmp_path: Path) -> None:
    file = write(str(tmp_path / "ring.py"))
    name = f"{file}:ring"
    with serving(tmp_path / "out", name) as server:
        before = server.start(name)
        assert "writes 1" in server.ask(before).text
        write(str(file), ONE.replace("t.write(box, 1,", "t.write(box, 7,"))
        reply = server.ask(before)
        assert reply.status == 400
        assert "the scenario has changed since the token was made" in reply.text
        assert "writes 7" in server.ask(server.start(name)).text
