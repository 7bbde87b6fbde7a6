"""The data races that the kernel's model sees in the v5.16 code: the plain size and the plain seals."""

from __future__ import annotations

import pytest

from explorer.memory.model import load_model
from explorer.program.tree import Unfolding
from explorer.search.remarks import side_facts
from explorer.search.run import explore
from scenarios.registry import find


def races(name: str, fix: str) -> dict[tuple[str, str], str]:
    """Per two steps that race, in the order of their names, the location (of a page: its content)."""
    scenario = find(name)
    assert scenario is not None
    case = scenario.build(fix, "P2", scenario.small)
    found = {}
    for race in explore(case, load_model("lkmm"), Unfolding(case.program, 3)).remarks:
        assert race.flag == "data-race"
        first, second = sorted(
            (side_facts(race.execution, event) for event in race.sides), key=lambda facts: facts["step"]
        )
        assert first["location"] == second["location"]
        assert "plain" in f"{first['access']} {second['access']}"
        found[first["step"], second["step"]] = first["location"]
    return found


# The size and the seals are written under i_rwsem, and read by a reader that does not take it:
# each of its loads races with the store. What it finds through a size that was not ordered
# before the seal it reads as it may, so the guest's store to the page (K4) races with the copy.
SIZE_AND_SEALS = {
    ("F5", "R1"): "inode.i_size",
    ("F5", "G1"): "inode.i_size",
    ("F5", "R7"): "inode.i_size",
    ("A9", "R3"): "inode.seals",
    ("K4", "R10"): "page B0.data[0]",
}


def test_fresh_races_on_the_plain_size_the_plain_seals_and_the_page() -> None:
    assert races("fresh", "none") == SIZE_AND_SEALS


def test_fresh_with_an_acquire_on_the_size_races_on_the_seals_alone() -> None:
    # The size is no longer plain, and a reader that has seen it finds the seal: it never gets to the page.
    assert races("fresh", "acquire-size") == {("A9", "R3"): "inode.seals"}


def test_lingering_page_races_on_the_size_and_the_seals() -> None:
    # The owner's only size store is that of the truncation; no guest runs, and the old page is never written.
    sizes = {("R1", "T4"): "inode.i_size", ("G1", "T4"): "inode.i_size", ("R7", "T4"): "inode.i_size"}
    assert races("lingering-page", "none") == sizes | {("A9", "R3"): "inode.seals"}
    assert races("lingering-page", "acquire-size") == {("A9", "R3"): "inode.seals"}
    # The check after the lookup is plain, too.
    assert races("lingering-page", "recheck") == sizes | {("A9", "R3"): "inode.seals", ("A9", "R5"): "inode.seals"}


@pytest.mark.parametrize("name", ["fresh", "lingering-page"])
def test_under_the_rwsem_nothing_races(name: str) -> None:
    assert races(name, "rwsem") == {}
