"""What the fixed scenarios need, element by element, each for a reason that is given here."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.cli.interrupts import Interrupts
from explorer.cli.mutate import Choice, mutated
from explorer.cli.mutate_text import Mutated
from explorer.cli.setting import Options
from explorer.memory.model import load_model
from explorer.program.elements import elements_of
from explorer.program.program import ThreadSpec
from explorer.program.thread import FULL, RELEASE, Thread
from explorer.program.tree import Unfolding
from explorer.scenario import Case
from explorer.search.mutants import Mutants, answer_of
from explorer.search.result import UNLIMITED
from scenarios.registry import scenarios
from scenarios.shmem.file_properties import Shrunk
from scenarios.shmem.fresh import owner
from scenarios.shmem.guest import Kvm
from scenarios.shmem.objects import File
from scenarios.shmem.syscalls import ftruncate
from scenarios.shmem.window import Window

SC = load_model("sc")


def mutants_of(
    scenario: str, fix: str, *models: str, properties: tuple[str, ...] = (), stores: bool = False
) -> Mutated:
    choice = Choice(scenario, fix, None, models, (), properties, together=False, stores=stores)
    return mutated(choice, Options(Path(), small=True), Interrupts(), lambda _text: None)


def needed(found: Mutated, name: str) -> set[tuple[str, str]]:
    """Kind, and step of the first site, of what a property needs."""
    return {(each.element.kind, each.element.sites[0].site.label) for each in found.needed_by(name)}


# Why each is needed; the steps are those of docs/shmem.md.
#   seal-write    write(2) looks at the seals in W2. Its lock is not needed: written asks what comes after the seal over
#                 program order and reads-from, and it is by the lock's word that a write reads from F_ADD_SEALS.
#   seal-punch    the same with F2. Without the lock of the hole it reads pages of after the seal, so that is seen.
#   lingering     the read has the page before the truncation, and copies it without the lock after the seal. It found
#                 the inode unsealed then, so that its check (R3) makes no difference: what it copies is old, no leak.
#   seal-fault    the file is mapped from the beginning: F_ADD_SEALS finds that (A8), or the mapping shows all.
#   fresh         nothing is in the file before the seal. Under sc a read that sees the size sees the seal in R3, and
#                 nothing else keeps it out; under armv8 R3 may be read before R1, and the lock (R0) forbids that.
#                 With acquire-size R1 does. The other half is the store of the size (F5) behind that of the seals:
#                 under armv8 the lock taken between both keeps them in order. Under lkmm i_rwsem is an atomic
#                 operation with acquire and one with release, which do not; there F5 must be a release in the
#                 reduced form, while in fresh put_page() (F4), a fully ordered atomic one, stands between as well.
NEEDED = {
    ("seal-write", "rwsem", "sc"): {"written": {("check", "W2")}},
    ("seal-punch", "rwsem", "sc"): {"written": {("check", "F2"), ("lock", "F0")}},
    ("lingering-page", "rwsem", "sc"): {"late": {("lock", "R0")}, "leak": set()},
    ("seal-fault", "rwsem", "sc"): {"leak": {("check", "A8")}, "late": {("check", "A8")}},
    ("fresh", "rwsem", "sc"): {"leak": {("check", "R3")}, "late": {("check", "R3")}, "stale": set()},
    ("fresh", "rwsem", "armv8"): {
        "leak": {("check", "R3"), ("lock", "R0")},
        "late": {("check", "R3"), ("lock", "R0")},
        "stale": {("lock", "R0")},
    },
    ("fresh", "acquire-size", "armv8"): {"stale": {("ordering", "R1")}},
    ("fresh-window", "acquire-size", "lkmm"): {"stale": {("ordering", "R1"), ("ordering", "F5")}},
}


@pytest.mark.parametrize("cell", NEEDED, ids="/".join)
def test_what_is_needed(cell: tuple[str, str, str]) -> None:
    scenario, fix, model = cell
    expected = NEEDED[cell]
    found = mutants_of(scenario, fix, model, properties=tuple(expected))
    assert {name: needed(found, name) for name in expected} == expected


def test_the_store_of_the_size_is_ordered_twice_under_lkmm() -> None:
    """By put_page() before it and by its own release: with either one left a read is not stale, without both it is."""
    scenario = next(each for each in scenarios() if each.name == "fresh")
    case = scenario.case("acquire-size", "P2", scenario.small)
    lkmm, unfolding = load_model("lkmm"), Unfolding(case.program, 3)
    assert answer_of(case, lkmm, unfolding, UNLIMITED).violated == frozenset()
    mutants = Mutants(case, 3, None, UNLIMITED)
    pair = [
        each for each in elements_of(unfolding) if each.kind == "ordering" and each.sites[0].site.label in ("F4", "F5")
    ]
    assert [each.before for each in pair] == [FULL, RELEASE]
    stale = frozenset({"stale"})
    assert [mutants.without([each], lkmm, stale).violated for each in pair] == [frozenset(), frozenset()]
    assert mutants.without(pair, lkmm, stale).violated >= stale


def test_properties_of_the_file_notice_stores_that_are_not_made() -> None:
    """One thread changes size and pages, so no lock of it is needed; a reference that is not put back is noticed.

    So is a size that is not stored: the page that fallocate has inserted is beyond the end then.
    """
    found = mutants_of("fresh", "rwsem", "sc", properties=("size-cache", "pages"), stores=True)
    assert needed(found, "size-cache") == {("store", "F5")}
    assert needed(found, "pages") >= {("store", "F4"), ("store", "G2d"), ("store", "K3")}
    assert {kind for name in ("size-cache", "pages") for kind, _step in needed(found, name)} == {"store"}


async def shrinker(t: Thread, file: File) -> None:
    """Truncate the file to nothing."""
    await ftruncate(t, file, 0)


def test_the_size_of_a_sealed_file_needs_the_checks_of_ftruncate() -> None:
    """No scenario shrinks a file that is sealed, and none needs anything for it; with one who does it does.

    T3 looks at the seal, and refuses with -EPERM where the size is not 0: either one taken for what it was at first
    (no seal; an empty file), the truncation goes through after the owner has sealed the file and grown it.
    """
    parameters = {"pages": 1, "passes": 1, "pos": 0, "count": 4096}
    window = Window.of("none", "P2", parameters, pages=0)
    kvm = Kvm()
    changes = ThreadSpec("owner", owner, (kvm, window.file, 4096))
    case = Case(window.program(changes, window.thread("shrinker", shrinker), kvm=kvm), (Shrunk(window.inode),))
    unfolding = Unfolding(case.program, 3)
    assert answer_of(case, SC, unfolding, UNLIMITED).violated == frozenset()
    mutants = Mutants(case, 3, None, UNLIMITED)
    checks = [
        each
        for each in elements_of(unfolding)
        if each.kind == "check" and each.sites[0].source.function == "shmem_setattr"
    ]
    broken = {
        each.locations[0].name
        for each in checks
        if "shrunk" in mutants.without([each], SC, frozenset({"shrunk"})).violated
    }
    assert broken == {window.inode.seals.name, window.inode.i_size.name}
