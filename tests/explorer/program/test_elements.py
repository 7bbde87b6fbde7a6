"""What keeps a program in order, found in its paths: each element of small programs, by hand."""

from __future__ import annotations

from edited_programs import message, taking

from explorer.execution.kinds import Tag
from explorer.execution.location import Location
from explorer.program.edits import Reorder, Skip
from explorer.program.elements import Element, elements_of
from explorer.program.locks import RwSemaphore, SpinLock, SrcuDomain
from explorer.program.program import Program, ThreadSpec
from explorer.program.sites import unfold_all
from explorer.program.thread import ACQUIRE, FULL, ONCE, RELEASE, Thread
from explorer.program.tree import Unfolding


def elements(*threads: object) -> list[Element]:
    """The elements of a program, every path unfolded."""
    program = (
        threads[0]
        if isinstance(threads[0], Program)
        else Program(
            tuple(ThreadSpec(f"P{i}", thread) for i, thread in enumerate(threads))  # type: ignore[arg-type]
        )
    )
    unfolding = Unfolding(program, 3)
    unfold_all(unfolding)
    return elements_of(unfolding)


def named(found: list[Element]) -> list[tuple[str, tuple[str, ...]]]:
    """Kinds, and the steps of their sites."""
    return [(each.kind, tuple(facts.site.label for facts in each.sites)) for each in found]


def test_marked_accesses_and_a_read_that_only_decides() -> None:
    """The store of the data is plain already; the load of the data decides nothing."""
    found = elements(message())
    assert named(found) == [
        ("ordering", ("W2",)),
        ("check", ("R1",)),
        ("ordering", ("R1",)),
        ("ordering", ("R2",)),
    ]
    check = found[1]
    assert (check.taken_for, check.edits) == (0, (Skip(check.sites[0].site, 0),))
    assert [(each.before, each.after) for each in found if each.kind == "ordering"] == [(ONCE, found[0].after)] * 3
    assert found[0].sets == {"Once", "Plain"}
    assert check.sets == frozenset()


def test_an_update_loses_all_of_its_ordering_at_once_and_decides_by_what_it_gives() -> None:
    """A compare-exchange that only decides is no check: it stores as well."""
    take, give_back = elements(taking())
    assert (take.kind, take.before, take.after) == ("ordering", FULL, ONCE)
    assert take.sets == {"Once", "Mb", "F"}
    assert (give_back.before, give_back.after) == (RELEASE, ONCE)
    assert take.edits == (Reorder(take.sites[0].site, ONCE),)


A, B, X, Y, Z = (Location(name) for name in "abxyz")
LOCK, SEMAPHORE, DOMAIN = SpinLock("lock"), RwSemaphore("semaphore"), SrcuDomain("domain")


async def one_way_out(t: Thread) -> None:
    """Two sections with one lock; the second has two ways out."""
    await LOCK.acquire(t, at="L1 lock")
    await t.write(X, 1)
    await LOCK.release(t, at="L2 unlock")
    await LOCK.acquire(t, at="L3 lock")
    if await t.read(Y, ONCE, at="L4 look"):
        await LOCK.release(t, at="L5 unlock")
        return
    await LOCK.release(t, at="L6 unlock")


async def reads_inside(t: Thread) -> None:
    await SEMAPHORE.down_read(t, at="S1 down")
    await t.read(X)
    await SEMAPHORE.up_read(t, at="S2 up")


def test_a_lock_goes_with_every_place_that_releases_it() -> None:
    found = elements(one_way_out, reads_inside)
    assert named([each for each in found if each.kind == "lock"]) == [
        ("lock", ("L1", "L2")),
        ("lock", ("L3", "L5", "L6")),
        ("lock", ("S1", "S2")),
    ]
    semaphore = next(each for each in found if each.sites[0].site.label == "S1")
    assert [edit.answer for edit in semaphore.edits if isinstance(edit, Skip)] == [0, 0]
    spin = next(each for each in found if each.sites[0].site.label == "L1")
    # The release of a spin lock is a store: it gives nothing.
    assert [edit.answer for edit in spin.edits if isinstance(edit, Skip)] == [0, None]
    assert [location.name for location in spin.locations] == ["lock"]


async def sections(t: Thread) -> None:
    await t.rcu_read_lock(at="C1 begin")
    index = await DOMAIN.read_lock(t, at="C2 begin")
    await t.read(X, ACQUIRE, at="C3 look")
    await DOMAIN.read_unlock(t, index, at="C4 end")
    await t.rcu_read_unlock(at="C5 end")
    await t.synchronize_rcu(at="C6 wait")
    await t.fence(Tag.WMB, at="C7 order")


def test_sections_fences_and_grace_periods() -> None:
    found = elements(sections)
    assert named(found) == [
        ("section", ("C1", "C5")),
        ("section", ("C2", "C4")),
        ("ordering", ("C3",)),
        ("grace period", ("C6",)),
        ("fence", ("C7",)),
    ]
    assert found[0].sets == {"F", "Rcu-lock", "Rcu-unlock"}
    assert found[4].sets == {"F", "Wmb"}


FREE, HELD = Location("free", initial=0), Location("held", initial=7)


async def looks_at(t: Thread, where: Location) -> None:
    value = await t.read(where, at="D1 look")
    if value == 7:
        await t.write(Z, 1, at="D2 store")


async def passes_on(t: Thread) -> None:
    value = await t.read(A, at="V1 look")
    if value:
        await t.write(B, value, at="V2 pass on")


def test_a_check_of_locations_that_begin_differently_is_taken_for_each() -> None:
    program = Program(tuple(ThreadSpec(where.name, looks_at, (where,)) for where in (FREE, HELD)))
    checks = [each for each in elements(program) if each.kind == "check"]
    assert [each.taken_for for each in checks] == [0, 7]


def test_a_check_of_what_was_there_from_the_beginning_is_taken_for_nothing_as_well() -> None:
    checks = [each for each in elements(Program((ThreadSpec("held", looks_at, (HELD,)),))) if each.kind == "check"]
    assert [each.taken_for for each in checks] == [7, 0]


def test_a_value_that_is_stored_is_more_than_a_check() -> None:
    assert elements(passes_on) == []


def test_what_is_without_order_has_no_elements() -> None:
    async def plain(t: Thread) -> None:
        await t.write(X, 1)

    assert elements(plain) == []
