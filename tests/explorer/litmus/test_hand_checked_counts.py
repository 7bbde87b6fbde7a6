"""How many executions of six programs armv8 and lkmm allow, counted by hand.

Each program has one candidate execution that one of the two models may forbid; the condition is its outcome.
"""

from __future__ import annotations

import pytest

from explorer.litmus.expand import expand
from explorer.litmus.judge import judge
from explorer.litmus.macros import operations
from explorer.litmus.parser import parse
from explorer.litmus.source import Source
from explorer.litmus.unfold import LitmusUnfolding
from explorer.memory.model import load_model

# Hardware makes the store of y wait for the decision; a compiler may take it out of both arms.
LB_CTRL_JOIN_DATA = """C LB+ctrl-join+data
{}
P0(int *x, int *y, int *z)
{
	int r0 = READ_ONCE(*x);
	if (r0)
		WRITE_ONCE(*z, 1);
	WRITE_ONCE(*y, 1);
}
P1(int *x, int *y)
{
	int r0 = READ_ONCE(*y);
	WRITE_ONCE(*x, r0);
}
exists (0:r0=1 /\\ 1:r0=1)
"""

# dmb ishld orders loads with all that follows, smp_rmb() only with loads.
LB_RMB_DATA = """C LB+rmb+data
{}
P0(int *x, int *y)
{
	int r0 = READ_ONCE(*x);
	smp_rmb();
	WRITE_ONCE(*y, 1);
}
P1(int *x, int *y)
{
	int r0 = READ_ONCE(*y);
	WRITE_ONCE(*x, r0);
}
exists (0:r0=1 /\\ 1:r0=1)
"""

# stlr is kept before a later ldar; the kernel does not promise it.
SB_RELEASE_ACQUIRE = """C SB+release-acquire+release-acquire
{}
P0(int *x, int *y)
{
	smp_store_release(x, 1);
	int r0 = smp_load_acquire(y);
}
P1(int *x, int *y)
{
	smp_store_release(y, 1);
	int r0 = smp_load_acquire(x);
}
exists (0:r0=0 /\\ 1:r0=0)
"""

# Stores to one location are seen by all at once on ARMv8; in the kernel's model co is no propagation.
W2_2_WMBS = """C 2+2W+wmb+wmb
{}
P0(int *x, int *y)
{
	WRITE_ONCE(*x, 1);
	smp_wmb();
	WRITE_ONCE(*y, 2);
}
P1(int *x, int *y)
{
	WRITE_ONCE(*y, 1);
	smp_wmb();
	WRITE_ONCE(*x, 2);
}
exists (x=1 /\\ y=1)
"""

# The same of two readers that disagree: only a full fence makes a store propagate to all.
IRIW_RMBS = """C IRIW+rmb+rmb
{}
P0(int *x)
{
	WRITE_ONCE(*x, 1);
}
P1(int *x, int *y)
{
	int r0 = READ_ONCE(*x);
	smp_rmb();
	int r1 = READ_ONCE(*y);
}
P2(int *y)
{
	WRITE_ONCE(*y, 1);
}
P3(int *x, int *y)
{
	int r0 = READ_ONCE(*y);
	smp_rmb();
	int r1 = READ_ONCE(*x);
}
exists (1:r0=1 /\\ 1:r1=0 /\\ 3:r0=1 /\\ 3:r1=0)
"""

# A dependence is not cumulative: P2 may see P1's store before the one that P1 saw.
WRC_DATA_RMB = """C WRC+data+rmb
{}
P0(int *x)
{
	WRITE_ONCE(*x, 1);
}
P1(int *x, int *y)
{
	int r0 = READ_ONCE(*x);
	WRITE_ONCE(*y, r0);
}
P2(int *x, int *y)
{
	int r0 = READ_ONCE(*y);
	smp_rmb();
	int r1 = READ_ONCE(*x);
}
exists (1:r0=1 /\\ 2:r0=1 /\\ 2:r1=0)
"""


@pytest.mark.parametrize(
    ("text", "armv8", "lkmm"),
    [
        (LB_CTRL_JOIN_DATA, 3, 4),
        (LB_RMB_DATA, 3, 4),
        (SB_RELEASE_ACQUIRE, 3, 4),
        (W2_2_WMBS, 3, 4),
        (IRIW_RMBS, 15, 16),
        (WRC_DATA_RMB, 7, 8),
    ],
)
def test_armv8_forbids_the_one_execution_that_lkmm_adds(text: str, armv8: int, lkmm: int) -> None:
    unfolding = LitmusUnfolding(expand(parse(Source("test.litmus", text)), operations()))
    answers = {model: judge(unfolding, load_model(model)) for model in ("armv8", "lkmm")}
    assert {model: (answer.positive, answer.negative) for model, answer in answers.items()} == {
        "armv8": (0, armv8),
        "lkmm": (1, lkmm - 1),
    }
