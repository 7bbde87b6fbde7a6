"""Scenario files for tests, written where a test wants them."""

from __future__ import annotations

from pathlib import Path

TOYS = Path(__file__).with_name("mailbox_scenario.py").read_text(encoding="utf-8")
"""A file with two scenarios, mailbox and endless."""

LAST = """
RING = Scenario(
    name="ring",
    title="one store",
    text="One thread stores once.",
    fixes=("none", "fenced"),
    protocols=("plain",),
    parameters={"stores": 1},
    small={"stores": 1},
    build=build,
)
"""

ONE = (
    '''"""One thread that stores."""

from explorer.execution.location import Location
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.scenario import Case, Scenario


async def store(t: Thread, box: Location) -> None:
    await t.write(box, 1, ONCE, at="W1 fill")


def build(fix, protocol, sizes):
    return Case(Program((ThreadSpec("writer", store, (Location("box"),)),)))

'''
    + LAST
)
"""A file with one scenario, ring; it begins on line 17."""


def write(path: str, text: str = ONE) -> Path:
    """The file with this text, its folder made where needed."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file
