"""``sealrace replay --step``: keys in, screens out."""

from __future__ import annotations

import os
import re
import select
import shlex
import shutil
import signal
import sys
import termios
import tty
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from explorer.cli.output import MIN_WIDTH
from explorer.cli.step_screen import HELP, screen
from explorer.cli.stepping import Stepping
from explorer.search.so_far import Stand

_PACE = 0.9  # seconds from step to step when playing, as on the page
_SIZE = (100, 30)  # columns and lines where the output is no terminal
_KEY = re.compile(r"\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z])|.", re.DOTALL)
"""One key as terminals send it: an escape sequence, or a character."""

_NAMES = {
    "\x1b[C": "right", "\x1bOC": "right", "j": "right",
    "\x1b[D": "left", "\x1bOD": "left", "k": "left",
    "\x1b[H": "home", "\x1bOH": "home", "\x1b[1~": "home",
    "\x1b[F": "end", "\x1bOF": "end", "\x1b[4~": "end",
    "\x1b": "q", "\x04": "q",
}  # fmt: skip


def step_through(name: str, own: Path | None = None) -> None:
    """Step through what a report, a run file's line or a token stands for, until ``q`` or the end of the input.

    Where the input is no terminal every character of it is a key (``<`` and ``>`` stand for Home and End), and a
    screen is printed after the last.  Says at the end how to come back.
    """
    stepping = Stepping.of(name, own)
    screens = _Screens(stepping)
    told = ""
    screens.show()
    for key in screens.pressed():
        if key == "q":
            break
        told = _act(stepping, key, screens)
        screens.show(told)
    screens.last(told)
    named = "" if own is None else f" --scenario {shlex.quote(str(own))}"
    click.echo(f"to come back here: sealrace replay --step {stepping.token}{named}")


def _act(stepping: Stepping, key: str, screens: _Screens) -> str:
    """Do what a key asks for; gives what there is to say about it."""
    moves: Mapping[str, Callable[[], None]] = {
        "right": stepping.on,
        "left": lambda: stepping.go(stepping.at - 1),
        "home": lambda: stepping.go(0),
        "end": lambda: stepping.go(stepping.end),
        "n": lambda: stepping.go(next((r for r in stepping.reasons if r > stepping.at), stepping.at)),
        "p": lambda: stepping.go(next((r for r in stepping.reasons[::-1] if r < stepping.at), stepping.at)),
        " ": screens.play,
        "u": stepping.back_to_line,
    }
    options = len(stepping.here.options)
    if key == "u" and not stepping.can_go_back_to_line:
        return "no branch was taken that could be left"
    if key in moves:
        moves[key]()
    elif key in map(str, range(1, options + 1)):
        stepping.take(int(key) - 1)
    elif key.isdecimal():
        number = key if len(key) <= 20 else f"{key[:20]}..."
        return f"there is no step {number} to take here: {_to_take(stepping)}"
    elif key == "t":
        return str(stepping.token)
    elif key in ("?", "h"):
        return HELP
    else:
        return f"no key does this: {key!r}"
    return ""


def _to_take(stepping: Stepping) -> str:
    """The numbers that there are."""
    options = len(stepping.here.options)
    if options == 0:
        return "the model forbids every way on" if stepping.stand is Stand.STUCK else "it is over"
    return "only 1" if options == 1 else f"1 to {options}"


class _Screens:
    """Keys and screens, on a terminal or not."""

    def __init__(self, stepping: Stepping) -> None:
        self._stepping = stepping
        self._live = sys.stdin.isatty() and sys.stdout.isatty()

    def pressed(self) -> Iterator[str]:
        """Keys by name; the digits of a number come as one where there are more than nine options."""
        number = ""
        for key in self._characters():
            name = _NAMES.get(key, key)
            if name.isdecimal() and len(self._stepping.here.options) > 9:
                number += name
                continue
            if number:
                yield number
                number = ""
            if name not in ("\r", "\n"):
                yield name
        if number:
            yield number

    def show(self, told: str = "") -> None:
        """Show where one stands, on a terminal in place of what was there."""
        if self._live:
            click.clear()
            self._draw(told)

    def last(self, told: str) -> None:
        """The same once more where the output is no terminal, and nothing has been shown."""
        if not self._live:
            self._draw(told)

    def play(self) -> None:
        """Step on by itself to the end of the line, on a terminal at a pace, until a key is pressed."""
        stepping = self._stepping
        while stepping.at < stepping.end:
            stepping.go(stepping.at + 1)
            self.show()
            if self._live and select.select([sys.stdin], [], [], _PACE)[0]:
                break

    def _draw(self, told: str) -> None:
        if told == HELP:
            # In place of the screen: a low terminal has not room for both.
            click.echo(HELP)
            return
        columns, lines = shutil.get_terminal_size(_SIZE)
        for line in screen(self._stepping, max(columns, MIN_WIDTH), lines - 1 - bool(told)):
            click.echo(line)
        if told:
            click.echo(told)

    def _characters(self) -> Iterator[str]:
        if not self._live:
            for character in sys.stdin.read():
                yield {"<": "home", ">": "end"}.get(character, character)
            return
        with _keys_at_once() as terminal:
            try:
                while pressed := os.read(terminal, 1024):
                    yield from _KEY.findall(pressed.decode(errors="replace"))
            except (KeyboardInterrupt, OSError):
                return


@contextmanager
def _keys_at_once() -> Iterator[int]:
    """Let the terminal hand over keys as they are pressed, without showing them; gives its file descriptor.

    Once for all keys: what is pressed between two of them is kept.  Whatever ends or stops the program, the terminal
    is as it was before.
    """
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)

    def leave(number: int, _frame: object) -> None:
        termios.tcsetattr(terminal, termios.TCSANOW, before)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        # Only after a stop (Ctrl-Z) does it go on from here, once it is continued.
        signal.signal(number, leave)
        tty.setcbreak(terminal, termios.TCSANOW)

    handlers = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP)}
    tty.setcbreak(terminal, termios.TCSANOW)
    try:
        yield terminal
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
