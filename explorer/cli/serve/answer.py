"""What worker processes answer: the work of requests is done there, under limits, and not in the server.

All that goes between the processes is text and numbers.
"""

from __future__ import annotations

import gc
import resource
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from explorer.errors import InputError

MEMORY = 1 << 30
"""Bytes of address space that a worker may have."""

Arguments = ParamSpec("Arguments")


@dataclass(frozen=True)
class Served:
    """What every request is answered with: the folder of reports, and the scenarios of the user's own."""

    out: str
    extra: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """``text`` is a page, or where ``status`` is 303 the path of another address."""

    status: int
    text: str


def limited(
    work: Callable[Concatenate[Served, Arguments], Answer],
) -> Callable[Concatenate[Served, Arguments], Answer]:
    """Do work within the memory of a worker, and answer what is wrong with what was asked by a page."""

    @wraps(work)
    def within(served: Served, /, *arguments: Arguments.args, **named: Arguments.kwargs) -> Answer:
        cap_memory()
        try:
            return work(served, *arguments, **named)
        except InputError as error:
            return problem(400, str(error))
        except MemoryError:
            gc.collect()
            return problem(400, f"this takes more than the {MEMORY >> 20} MB that a window may have\n{SMALLER}")
        except OSError as error:
            return problem(500, f"{error.filename or 'the machine'}: {error.strerror or error}\n  try again")
        except Exception:
            traceback.print_exc()
            return problem(500, "this is an error of sealrace itself\n  please report it with what the terminal shows")

    return within


SMALLER = "  choose the small sizes, or explore it with sealrace explore"


def cap_memory() -> None:
    """Let this process have no more than ``MEMORY``."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def problem(status: int, message: str) -> Answer:
    """A page that says what is wrong, and what to do."""
    from reports.pages.live_home import problem_page

    return Answer(status, problem_page(message))
