"""GenMC: how many executions a program in C11 has under sequential consistency."""

from __future__ import annotations

import re
from pathlib import Path

from explorer.crosscheck.comparison import Side
from explorer.crosscheck.tools import Ran, ToolFailed, require, run_tool
from explorer.search.deadline import Deadline

COMMAND = ("genmc", "--sc", "--")

VERIFY_ERROR = 42
"""The exit status of GenMC where a program has an error."""

_COMPLETE = re.compile(r"^Number of complete executions explored: (\d+)", re.MULTILINE)
_NO_ERROR = re.compile(r"^(\*\*\* Verification complete\. *)?No errors were detected\.", re.MULTILINE)
_ERROR = re.compile(r"^Error: *(.*)", re.MULTILINE)


def require_genmc() -> None:
    """Raises NotInstalled where there is no GenMC."""
    require("genmc", "https://plv.mpi-sws.org/genmc")


def ask_genmc(file: Path, folder: Path, deadline: Deadline) -> tuple[Side, str]:
    """How many executions the program in a file has, and the error that GenMC found in it, empty if none.

    An error is that a thread goes where Sealrace's search has never been.

    Raises:
        ToolFailed: GenMC ended with another error, or did not say how many there are.
    """
    ran = run_tool([*COMMAND, str(file.resolve())], folder, deadline)
    if ran.stopped:
        return Side(None, None, ran.stopped), ""
    return read_answer(ran)


def read_answer(ran: Ran) -> tuple[Side, str]:
    """What GenMC has printed; see ``ask_genmc``."""
    printed = f"{ran.output}\n{ran.errors}"
    if ran.status == VERIFY_ERROR:
        found = _ERROR.search(printed)
        return Side(None, None), f"GenMC finds an error: {found[1] if found else 'it says nothing'}"
    if ran.status:
        said = printed.strip().splitlines()
        raise ToolFailed(f"genmc ended with status {ran.status}: {said[0] if said else 'it says nothing'}")
    count = _COMPLETE.search(printed)
    if count is None or _NO_ERROR.search(printed) is None:
        raise ToolFailed("genmc did not say how many executions it has explored")
    return Side(None, int(count[1])), ""
