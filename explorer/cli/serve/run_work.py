"""A run from a state, in a worker process of its own: each call goes on for a moment and says how far it is."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from explorer.cli.serve.answer import MEMORY, Served, cap_memory
from explorer.cli.serve.state import State, state_of
from explorer.errors import InputError
from explorer.search.from_here import AllWaysOn, Bar, Histogram, RandomWaysOn
from explorer.visible import visible

SLICE = 0.25
"""Seconds from one word on how far it is to the next."""

SECONDS = 60.0
EXECUTIONS = 100_000
"""Where a run ends, whatever there is still to find."""

LISTED = 40
"""Outcomes that are told at most."""


_OTHERS = {
    "cut": "cut at the bound of a loop",
    "dropped": "dropped (an assumption of the scenario fails there, so they do not count)",
}


@dataclass
class _Run:
    """A run under way; ``runs`` is None where all ways on are searched."""

    state: State
    ways: AllWaysOn | RandomWaysOn
    runs: int | None
    started: float


_run: list[_Run] = []
"""The run of this process, one at most: a process is started for each."""


@dataclass(frozen=True)
class Told:
    """How far a run is, as JSON; and whether that is its end."""

    text: str
    over: bool


def begin(served: Served, text: str, runs: int | None, seed: int) -> Told:
    """Begin a run; ``runs`` is None for all ways on."""
    cap_memory()
    try:
        started = time.monotonic()
        state = state_of(text, served.extra)
        position, case, outcomes = state.walk(), state.setting.case, state.outcomes
        ways: AllWaysOn | RandomWaysOn
        if runs is None:
            ways = AllWaysOn(case, state.unfolding, state.model, outcomes, position)
        else:
            ways = RandomWaysOn(case, state.unfolding, state.model, outcomes, position, seed, runs)
        _run[:] = [_Run(state, ways, runs, started)]
    except InputError as error:
        return _told(f"{visible(str(error).splitlines()[0])}", None, over=True)
    except MemoryError:
        return _out_of_memory(None)
    return go_on()


def go_on() -> Told:
    """Go on for a moment."""
    (run,) = _run
    left = SECONDS - (time.monotonic() - run.started)
    try:
        run.ways.go_on(min(SLICE, max(left, 0.0)), EXECUTIONS)
    except MemoryError:
        return _out_of_memory(run)
    except InputError as error:
        return _told(f"INCOMPLETE: {visible(str(error).splitlines()[0])}", run, over=True)
    found = run.ways.histogram
    if run.ways.over:
        return _told(_end(run), run, over=True)
    if found.executions >= EXECUTIONS:
        return _told(f"INCOMPLETE: stopped after {EXECUTIONS:,} executions", run, over=True)
    seconds = time.monotonic() - run.started
    if seconds >= SECONDS:
        return _told(f"INCOMPLETE: stopped after {SECONDS:.0f} s; {_count(found)}", run, over=True)
    return _told(f"{_count(found)} in {seconds:.0f} s", run, over=False)


def _out_of_memory(run: _Run | None) -> Told:
    return _told(f"INCOMPLETE: stopped at {MEMORY >> 20} MB, which a window may have", run, over=True)


def _end(run: _Run) -> str:
    """What the end of a run says: all ways on, or no more than chance has come upon."""
    found = run.ways.histogram
    if run.runs is not None:
        return f"INCOMPLETE: {run.runs:,} random runs; {_count(found)}"
    if found.others["cut"]:
        return f"INCOMPLETE: a bound cut some; {_count(found)}"
    return f"all continuations: {_count(found)}"


def _count(found: Histogram) -> str:
    number = found.executions
    others = "".join(f", {count:,} {_OTHERS.get(name, name)}" for name, count in sorted(found.others.items()))
    return f"{number:,} execution{'' if number == 1 else 's'}{others}"


def _told(text: str, run: _Run | None, *, over: bool) -> Told:
    if run is None:
        return Told(words(text, over=over), over)
    found = run.ways.histogram
    bars = found.bars
    if len(bars) > LISTED:
        text += f"; the first {LISTED} of {len(bars)} outcomes are listed"
    return Told(words(text, [_bar(bar, run.state) for bar in bars[:LISTED]], found.executions, over=over), over)


def words(text: str, bars: Sequence[dict[str, object]] = (), executions: int = 0, *, over: bool) -> str:
    """What the page is sent: some words, and the bars of the histogram."""
    return json.dumps({"words": text, "bars": list(bars), "executions": executions, "over": over})


def _bar(bar: Bar, state: State) -> dict[str, object]:
    return {
        "executions": bar.executions,
        "breaks": [visible(name) for name in bar.breaks],
        "words": visible("; ".join(f"{name}: {text}" for name, text in bar.facts)) or "nothing is told of it",
        "path": None if bar.steps is None else state.after(bar.steps),
    }
