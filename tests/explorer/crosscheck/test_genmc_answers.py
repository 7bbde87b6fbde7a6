"""What GenMC prints, in the form of its manual and of its releases, as an answer."""

from __future__ import annotations

import pytest

from explorer.crosscheck.comparison import Side
from explorer.crosscheck.genmc import read_answer
from explorer.crosscheck.tools import Ran, ToolFailed

COUNTED = """*** Compilation complete.
*** Transformation complete.
*** Verification complete. No errors were detected.
Number of complete executions explored: 15
Total wall-clock time: 0.03s
"""

COUNTED_IN_LINES = COUNTED.replace("complete. No errors", "complete.\nNo errors")

VIOLATED = """*** Compilation complete.
*** Transformation complete.
Error: Safety violation!
Event (2, 4) in graph:
*** Verification unsuccessful.
Number of complete executions explored: 4
"""


@pytest.mark.parametrize("printed", [COUNTED, COUNTED_IN_LINES])
def test_the_number_of_complete_executions_is_read(printed: str) -> None:
    assert read_answer(Ran(printed, "", 0)) == (Side(None, 15), "")


def test_it_does_not_matter_where_it_is_printed() -> None:
    assert read_answer(Ran("", COUNTED, 0)) == (Side(None, 15), "")


def test_an_error_in_the_program_is_told() -> None:
    assert read_answer(Ran(VIOLATED, "", 42)) == (Side(None, None), "GenMC finds an error: Safety violation!")


def test_another_status_is_no_answer() -> None:
    with pytest.raises(ToolFailed, match=r"genmc ended with status 5: program\.c:3: error"):
        read_answer(Ran("", "program.c:3: error: expected ';'\n", 5))


@pytest.mark.parametrize("printed", ["", COUNTED.replace("No errors were detected.", ""), "No errors were detected.\n"])
def test_half_an_answer_is_none(printed: str) -> None:
    with pytest.raises(ToolFailed, match="genmc did not say how many executions it has explored"):
        read_answer(Ran(printed, "", 0))
