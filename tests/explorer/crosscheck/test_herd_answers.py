"""What herd7 prints, in the form of its manual, as an answer."""

from __future__ import annotations

import pytest

from explorer.crosscheck.comparison import Side
from explorer.crosscheck.herd import facts_of, read_answer
from explorer.crosscheck.tools import Ran, ToolFailed

PRINTED = """Test MP Allowed
States 3
1:r0=0; 1:r1=0; [x]=1;
1:r0=0; 1:r1=1; [x]=1;
1:r0=1; 1:r1=1; [x]=1;
No
Witnesses
Positive: 0 Negative: 4
Condition exists (1:r0=1 /\\ 1:r1=0)
Observation MP Never 0 4
Time MP 0.00
Hash=0123456789abcdef
"""

STATES = frozenset((("P1", f"r0 = {r0}, r1 = {r1}"), ("at the end", "x = 1")) for r0, r1 in ((0, 0), (0, 1), (1, 1)))


def test_states_and_counts_are_read() -> None:
    assert read_answer(Ran(PRINTED, "", 0), counts=True) == Side(STATES, 4)
    assert read_answer(Ran(PRINTED, "", 0), counts=False) == Side(STATES, None)


def test_a_state_of_sealrace_is_said_alike() -> None:
    state = {"1:r1": 1, "x": 1, "1:r0": 0}
    assert facts_of(state) == (("P1", "r0 = 0, r1 = 1"), ("at the end", "x = 1"))
    assert facts_of(state) in STATES


def test_pointers_and_threads_in_any_order() -> None:
    printed = "Test t Required\nStates 1\nx=5; [p]=&x; [a[1]]=2; 10:r0=x; 2:r0=1;\nOk\nPositive: 1 Negative: 0\n"
    expected = facts_of({"10:r0": "x", "2:r0": 1, "a[1]": 2, "p": "x", "x": 5})
    assert read_answer(Ran(printed, "", 0), counts=True) == Side(frozenset([expected]), 1)


def test_no_state_at_all_is_an_answer() -> None:
    printed = "Test t Allowed\nStates 0\nNo\nWitnesses\nPositive: 0 Negative: 0\n"
    assert read_answer(Ran(printed, "", 0), counts=True) == Side(frozenset(), 0)


def test_a_warning_alone_is_no_answer() -> None:
    """Its exit status is 0 all the same."""
    warning = 'Warning: File "t.litmus", line 3, characters 4-5: unexpected (User error)\n'
    with pytest.raises(ToolFailed, match=r'herd7 gave no answer: Warning: File "t\.litmus", line 3'):
        read_answer(Ran("", warning, 0), counts=True)
    with pytest.raises(ToolFailed, match="herd7 gave no answer: it says nothing"):
        read_answer(Ran("", "", 0), counts=True)


def test_states_that_are_missing_are_noticed() -> None:
    with pytest.raises(ToolFailed, match="herd7 says 3 states and prints 2"):
        read_answer(Ran(PRINTED.replace("1:r0=0; 1:r1=0; [x]=1;\n", ""), "", 0), counts=True)
