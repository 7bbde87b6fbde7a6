"""A program in C11, to the letter where that is short; a C compiler takes all that is printed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from said_programs import grace_period, one, through_a_pointer

from explorer.crosscheck.c11 import c11_text
from explorer.crosscheck.wording import CannotSay
from explorer.execution.location import Location
from explorer.program.locks import SpinLock
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding
from scenarios.classic.litmus import message_passing
from scenarios.classic.table import CLASSICS

WAITING = {"ABBA", "handover", "v4-r1"}
"""Classics that take a lock."""

MESSAGE_PASSING = """/* MP */

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

void __VERIFIER_assume(int);

atomic_int v_data = 0; /* data */
atomic_int v_flag = 0; /* flag */

void *thread0(void *unused) /* P0 */
{
	goto p0;
p0:
	atomic_store(&v_data, 1);
	goto p1;
p1:
	atomic_store(&v_flag, 1);
	goto p2;
p2:
	return 0;
}

void *thread1(void *unused) /* P1 */
{
	int r0, r1;
	goto p0;
p0:
	r0 = atomic_load(&v_flag);
	goto p1;
p1:
	r1 = atomic_load(&v_data);
	goto p2;
p2:
	return 0;
}

int main(void)
{
	pthread_t t0, t1;

	pthread_create(&t0, 0, thread0, 0);
	pthread_create(&t1, 0, thread1, 0);
	pthread_join(t0, 0);
	pthread_join(t1, 0);
	return 0;
}
"""


def body(text: str) -> list[str]:
    """The statements of the first thread."""
    return [line.strip() for line in text.partition("{\n")[2].partition("\n}\n")[0].splitlines()]


def test_message_passing_to_the_letter() -> None:
    assert c11_text(Unfolding(message_passing(), 3), "MP") == MESSAGE_PASSING


def test_updates_are_those_of_c11() -> None:
    x, y = Location("x"), Location("y")

    async def thread(t: Thread) -> None:
        await t.exchange(x, 3, ONCE)
        await t.fetch("-", x, 1, ONCE)
        await t.compare_exchange(y, 0, 7, ONCE)

    assert body(c11_text(one(thread), "t")) == [
        # The compare-and-exchange reads at position 4, whether it happens or not.
        "int r0, r2, r4;",
        "goto p0;",
        "p0:",
        "r0 = atomic_exchange(&v_x, 3);",
        "goto p1;",
        "p1:",
        "r2 = atomic_fetch_sub(&v_x, 1);",
        "goto p2;",
        "p2:",
        "r4 = 0;",
        "if (atomic_compare_exchange_strong(&v_y, &r4, 7)) {",
        "goto p3;",
        "} else {",
        "goto p4;",
        "}",
        "p3:",
        "return 0;",
        "p4:",
        "return 0;",
    ]


def test_where_the_search_has_never_been_is_an_error() -> None:
    """A pointer that is no object's number leads to no place that was unfolded."""
    text = c11_text(through_a_pointer(), "t")
    assert "\tassert(0);\n" in text
    assert "\tif (r0 == 1073741824) {\n" in text


def test_an_assumption_that_fails_is_one_of_genmc() -> None:
    x = Location("x")

    async def thread(t: Thread) -> None:
        await t.assume(await t.read(x, ONCE) == 0)

    async def other(t: Thread) -> None:
        await t.write(x, 1, ONCE)

    unfolding = Unfolding(Program((ThreadSpec("P0", thread), ThreadSpec("P1", other))), 3)
    for outcome in (True, False):
        unfolding.trees[0].child(unfolding.trees[0].root, outcome)
    lines = body(c11_text(unfolding, "t"))
    assert lines[lines.index("__VERIFIER_assume(0);") :] == ["__VERIFIER_assume(0);", "return 0;"]


def test_a_thread_that_waits_is_refused() -> None:
    lock = SpinLock("lock")

    async def thread(t: Thread) -> None:
        await lock.acquire(t)

    with pytest.raises(CannotSay, match="a thread waits, and a loop that waits has executions of its own"):
        c11_text(one(thread), "t")


def test_rcu_is_refused() -> None:
    with pytest.raises(CannotSay, match=r"C11 has no RCU"):
        c11_text(grace_period(stuck=False), "t")


def test_an_update_that_c11_does_not_have_is_refused() -> None:
    x = Location("x")

    async def thread(t: Thread) -> None:
        await t.update_if(x, lambda v: v != 5, lambda v: v + 1)

    with pytest.raises(CannotSay, match=r"C11 has no atomic operation on the condition \(value\d != 5\)"):
        c11_text(one(thread), "t")


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler (apt install gcc libc6-dev)")
@pytest.mark.parametrize("name", sorted(set(CLASSICS) - WAITING))
def test_a_compiler_takes_it(tmp_path: Path, name: str) -> None:
    file = tmp_path / "program.c"
    file.write_text(c11_text(Unfolding(CLASSICS[name](), 3), name), encoding="utf-8")
    subprocess.run(["cc", "-std=c11", "-fsyntax-only", "-Wall", "-Werror=implicit", str(file)], check=True)
