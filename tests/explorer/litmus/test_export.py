"""Programs as litmus tests: the text, what it counts when read back, and what is refused."""

from __future__ import annotations

import pytest
from exported_text import Body, Box, assert_counts_agree, exported, footer, program, read_back, thread_text

from explorer.execution.kinds import Tag
from explorer.execution.location import Location
from explorer.litmus.export.text import export
from explorer.litmus.judge import Answer, judge
from explorer.memory.model import load_model
from explorer.program.locks import PageLock, RwSemaphore, SpinLock, SrcuDomain
from explorer.program.thread import ACQUIRE, FULL, ONCE, PLAIN, RELEASE, Thread
from explorer.program.tree import Unfolding
from scenarios.classic.litmus import message_passing
from scenarios.classic.table import CLASSICS

# ---- programs that are known by their counts


@pytest.mark.parametrize("name", CLASSICS)
def test_a_classic_program_counts_the_same_when_read_back(name: str) -> None:
    assert_counts_agree(Unfolding(CLASSICS[name](), 3))


def test_v4_counts_what_herd_counts() -> None:
    """herd7 7.58 on the hand-written test of the same program: 9, 9 and 15."""
    counts = assert_counts_agree(Unfolding(CLASSICS["v4-r1"](), 3))
    assert (counts["sc"], counts["tso"], counts["lkmm"]) == (9, 9, 15)


def test_a_deadlock_over_spin_locks_stays_one() -> None:
    answer: Answer = judge(read_back(exported(Unfolding(CLASSICS["ABBA"](), 3)))[1], load_model("lkmm"))
    assert (answer.positive, answer.blocked) == (2, 1)


# ---- the text


def test_message_passing_as_a_file() -> None:
    text = export("MP", "From a test.", Unfolding(message_passing(), 3), None)
    assert text == (
        "C MP\n\n"
        "(*\n * Result: Always\n *)\n\n"
        "(*\n * From a test.\n *\n * exists: nothing is asked; the registers are shown.\n *)\n\n"
        "{\n}\n\n"
        "P0(int *data, int *flag)\n{\n\tWRITE_ONCE(*data, 1);\n\tWRITE_ONCE(*flag, 1);\n}\n\n"
        "P1(int *data, int *flag)\n{\n\tint r0;\n\tint r1;\n\tr0 = READ_ONCE(*flag);\n\tr1 = READ_ONCE(*data);\n}\n\n"
        "locations [1:r0; 1:r1;]\nexists (true)\n"
    )


def test_what_the_author_writes_does_not_end_the_comment_or_state_a_result() -> None:
    text = export('a "b" {c}', "x *) y (* Result: Never", Unfolding(message_passing(), 3), None)
    test, _made = read_back(text)
    assert test.name == "a-b-c-"
    assert test.expected is not None
    assert test.expected.outcome is not None
    assert test.expected.outcome.value == "Always"


async def accesses(t: Thread, x: Location, y: Location) -> None:
    value = await t.read(x, PLAIN)
    await t.read(x, ACQUIRE)
    await t.write(y, value + 1, PLAIN)
    await t.write(y, -2, RELEASE)
    for tag in (Tag.MB, Tag.RMB, Tag.WMB, Tag.BARRIER, Tag.BEFORE_ATOMIC, Tag.AFTER_ATOMIC, Tag.AFTER_SPINLOCK):
        await t.fence(tag)
    await t.fence(Tag.AFTER_UNLOCK_LOCK)


def test_single_accesses_and_fences() -> None:
    assert thread_text(program((accesses, (Location("inode.x"), Location("inode.y"))))) == [
        "r0 = *x;",
        "r1 = smp_load_acquire(x);",
        "*y = r0 + 1;",
        "smp_store_release(y, -2);",
        "smp_mb();",
        "smp_rmb();",
        "smp_wmb();",
        "barrier();",
        "smp_mb__before_atomic();",
        "smp_mb__after_atomic();",
        "smp_mb__after_spinlock();",
        "smp_mb__after_unlock_lock();",
    ]


async def updates(t: Thread, x: Location) -> None:
    old = await t.exchange(x, 1)
    await t.exchange(x, old, RELEASE)
    await t.compare_exchange(x, old, 2, ACQUIRE)
    new = await t.fetch("+", x, 3, FULL, result="new")
    await t.fetch("&", x, new, ONCE)
    await t.fetch("|", x, 1, ONCE, result=None)
    await t.update_if(x, lambda v: v != 0, lambda v: v + 1)
    await t.fetch("&", x, 0, RELEASE)


def test_updates() -> None:
    """A clear of all bits stores 0 whatever it finds: that is an exchange, which older kernels' models know too."""
    unfolding = program((updates, (Location("x"),)))
    assert thread_text(unfolding) == [
        "r0 = xchg(x, 1);",
        "r1 = xchg_release(x, r0);",
        "r2 = cmpxchg_acquire(x, r0, 2);",
        "r3 = atomic_fetch_add(3, x);",
        "r4 = atomic_fetch_and_relaxed(r3 + 3, x);",
        "atomic_or(1, x);",
        "r5 = atomic_add_unless(x, 1, 0);",
        "r6 = xchg_release(x, 0);",
    ]
    assert assert_counts_agree(unfolding)["lkmm"] == 1


async def locks(t: Thread, lock: SpinLock, srcu: SrcuDomain, x: Location) -> None:
    await t.rcu_read_lock()
    index = await srcu.read_lock(t)
    if await lock.is_held(t):
        await t.write(x, 1)
    if await lock.try_acquire(t) == 0:
        await lock.release(t)
    await srcu.read_unlock(t, index)
    await t.rcu_read_unlock()
    await t.synchronize_rcu()
    await srcu.synchronize(t)
    await lock.acquire(t)


def test_spin_locks_rcu_and_srcu() -> None:
    unfolding = program((locks, (SpinLock("l"), SrcuDomain("domain"), Location("x"))))
    assert "P0(struct srcu_struct *domain, spinlock_t *l, int *x)" in exported(unfolding)
    assert thread_text(unfolding) == [
        "rcu_read_lock();",
        "r0 = srcu_read_lock(domain);",
        "r1 = spin_is_locked(l);",
        "if (r1) {",
        "*x = 1;",
        "}",
        "r2 = spin_trylock(l);",
        "if (r2) {",
        "spin_unlock(l);",
        "}",
        "srcu_read_unlock(domain, r0);",
        "rcu_read_unlock();",
        "synchronize_rcu();",
        "synchronize_srcu(domain);",
        "spin_lock(l);",
    ]
    assert_counts_agree(unfolding)


# ---- what must hold for an execution to count


async def page_lock_section(t: Thread, lock: PageLock) -> None:
    await lock.acquire(t)
    await lock.release(t)


async def shared_section(t: Thread, semaphore: RwSemaphore) -> None:
    await semaphore.down_read(t)
    await semaphore.up_read(t)


async def exclusive_section(t: Thread, semaphore: RwSemaphore) -> None:
    await semaphore.down_write(t)
    await semaphore.up_write(t)


def test_a_page_lock_is_an_exchange_that_must_find_it_free() -> None:
    """A spin lock would order more under the kernel's model: an unlock before the next lock of the same thread."""
    lock = PageLock("lock")
    unfolding = program((page_lock_section, (lock,)), (page_lock_section, (lock,)))
    assert thread_text(unfolding) == ["r0 = xchg_acquire(lock, 1);", "r1 = xchg_release(lock, 0);"]
    assert footer(unfolding)[1] == "filter (0:r0=0 /\\ 1:r0=0)"
    assert assert_counts_agree(unfolding)["lkmm"] == 2  # either thread first


def test_readers_of_an_rwsem_must_find_no_writer() -> None:
    semaphore = RwSemaphore("sem")
    unfolding = program(*[(shared_section, (semaphore,))] * 2, (exclusive_section, (semaphore,)))
    assert thread_text(unfolding) == [
        "r0 = atomic_fetch_add_acquire(256, sem);",
        "r1 = (r0 & 1) != 0;",
        "r2 = atomic_fetch_sub_release(256, sem);",
    ]
    assert thread_text(unfolding, 2) == ["r0 = xchg_acquire(sem, 1);", "r1 = atomic_fetch_sub_release(1, sem);"]
    # The writer comes before, after or between the readers' sections: their four operations, atomic in count, in
    # C(4, 2) = 6 orders without it, where it fits before and after, and between in the two where no reader is inside.
    assert assert_counts_agree(unfolding)["sc"] == 6 * 2 + 2


async def waits(t: Thread, x: Location, y: Location) -> None:
    if await t.read(y, ONCE):
        await t.wait_until(x, lambda v: v == 1, ONCE)
    await t.write(y, 2, ONCE)


async def sets(t: Thread, x: Location, y: Location) -> None:
    await t.write(y, 1, ONCE)
    await t.write(x, 1, ONCE)


def test_a_wait_is_a_decision_that_only_hardware_takes_for_control() -> None:
    """It controls nothing in C; and a path that does not come by it counts."""
    x, y = Location("x"), Location("y")
    unfolding = program((waits, (x, y)), (sets, (x, y)))
    assert thread_text(unfolding) == [
        "r0 = READ_ONCE(*y);",
        "if (r0) {",
        "r1 = READ_ONCE(*x);",
        "if (r1 != 1) {",
        "r2 = 1;",
        "}",
        "}",
        "WRITE_ONCE(*y, 2);",
    ]
    assert footer(unfolding)[1] == "filter (0:r2=0)"
    assert_counts_agree(unfolding)


async def assumes(t: Thread, x: Location) -> None:
    await t.assume(await t.read(x, ONCE) == 2)


def test_an_assumption_is_asked_of_the_end() -> None:
    x = Location("x")
    unfolding = program((assumes, (x,)), (sets, (x, Location("y"))))
    assert thread_text(unfolding) == ["r0 = READ_ONCE(*x);", "r1 = r0 != 2;"]
    assert assert_counts_agree(unfolding)["lkmm"] == 0


# ---- control


async def joins(t: Thread, x: Location, y: Location) -> None:
    if await t.read(x, ONCE) == 0:
        await t.write(y, 1, ONCE)
    await t.write(y, 2, ONCE)


async def returns(t: Thread, x: Location, y: Location) -> None:
    if await t.read(x, ONCE) == 0:
        return
    await t.write(y, 2, ONCE)


async def parts_again(t: Thread, x: Location, y: Location) -> None:
    error = 0
    if await t.read(x, ONCE) == 0:
        error = 1
    await t.write(y, 1, ONCE)
    if not error:
        await t.write(y, 2, ONCE)


async def looks(t: Thread, x: Location) -> None:
    if await t.read(x, ONCE):
        pass
    await t.write(x, 1, ONCE)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (joins, ["if (r0 == 0) {", "WRITE_ONCE(*y, 1);", "}", "WRITE_ONCE(*y, 2);"]),
        (returns, ["if (r0 != 0) {", "WRITE_ONCE(*y, 2);", "}"]),
        (
            parts_again,
            ["if (r0 == 0) {", "r1 = 1;", "}", "WRITE_ONCE(*y, 1);", "if (r0 != 0) {", "WRITE_ONCE(*y, 2);", "}"],
        ),
    ],
)
def test_code_stands_where_the_arms_of_its_decision_meet(body: Body, code: list[str]) -> None:
    unfolding = program((body, (Location("x"), Location("y"))))
    assert thread_text(unfolding) == ["r0 = READ_ONCE(*x);", *code]
    assert_counts_agree(unfolding)


def test_a_decision_without_effect_is_kept_for_the_hardware() -> None:
    assert thread_text(program((looks, (Location("x"),)))) == [
        "r0 = READ_ONCE(*x);",
        "if (r0) {",
        "r1 = 1;",
        "}",
        "WRITE_ONCE(*x, 1);",
    ]


# ---- objects


async def follows(t: Thread, pointer: Location, other: Box) -> None:
    await t.write(pointer, other, RELEASE)
    box = await t.read(pointer, ONCE)
    if box != other:
        await t.write(box.first, 7, ONCE)
    await t.read(box.first)


def test_an_object_is_its_field() -> None:
    one, other = Box("page A[0]"), Box("page B[0]")
    text = exported(program((follows, (Location("slot", one), other))))
    assert "{\n\tslot = page_A_0;\n}" in text
    assert "P0(int **slot, int *page_B_0)\n{\n\tint *r0;\n\tint r1;\n" in text
    for line in (
        "rcu_assign_pointer(*slot, page_B_0);",
        "r0 = rcu_dereference(*slot);",
        "if (r0 != page_B_0) {",
        "WRITE_ONCE(*r0, 7);",
        "r1 = *r0;",
    ):
        assert f"\t{line}\n" in text


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("inode.size", "inode.seals"), ("size", "seals")),
        (("a.data[0]", "b.data[0]"), ("a_data_0", "b_data_0")),
        (("x y", "x-y"), ("x_y", "x_y_2")),
        (("r0", "P1"), ("r0_2", "P1_2")),
        (("int", "some_t"), ("int_2", "some_t_2")),
        (("0", "+"), ("x_0", "x_")),
    ],
)
def test_names_become_names_of_c(names: tuple[str, str], expected: tuple[str, str]) -> None:
    unfolding = program((sets, (Location(names[1]), Location(names[0]))))
    assert f"P0(int *{expected[0]}, int *{expected[1]})" in exported(unfolding)
    assert_counts_agree(unfolding, ("lkmm",))
