"""The ways in which a mapping comes about, against the seal."""

from __future__ import annotations

import pytest

from explorer.memory.model import load_model
from explorer.program.errors import ScenarioError
from explorer.program.tree import Unfolding
from explorer.search.result import Result
from explorer.search.run import explore
from scenarios.shmem.mmap_window import FORK, MERGE, MMAP_WINDOW, MREMAP


def found(protocol: str, model: str = "sc", **sizes: int) -> Result:
    case = MMAP_WINDOW.build("none", protocol, {**MMAP_WINDOW.small, **sizes})
    return explore(case, load_model(model), Unfolding(case.program, 3))


@pytest.mark.parametrize(("how", "pages"), [(MERGE, 2), (FORK, 1), (MREMAP, 1)])
def test_what_links_a_mapping_beside_another_is_open_where_no_guard_sees_that_one(how: int, pages: int) -> None:
    guarded = found("P2", how=how, pages=pages)
    assert not any(guarded.violating.values())
    assert all(guarded.goals.values())
    unguarded = found("P3", how=how, pages=pages)
    assert {name for name, count in unguarded.violating.items() if count} == {"leak", "late", "mapped"}


def test_a_mapping_of_one_page_has_none_to_merge_with() -> None:
    with pytest.raises(ScenarioError, match="how=1 merges a mapping with that of the page before"):
        found("P2", how=MERGE, pages=1)


@pytest.mark.parametrize("model", ["sc", "armv8", "lkmm"])
def test_fault_around_looks_at_no_seal_either(model: str) -> None:
    result = found("P2", model, around=1)
    assert {name for name, count in result.violating.items() if count} == {"leak", "late", "mapped"}
    assert result.complete
