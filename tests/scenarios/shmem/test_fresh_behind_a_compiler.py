"""The patch's comment, where a compiler may exchange the two plain loads that it relies on.

R1 loads the size and R3 the seals, with nothing between them but a branch, which keeps no
load. With R3 first, a read finds the inode unsealed and then the grown size: stale, and the
guest's bytes may follow. An acquire load of the size is not exchanged.
"""

from __future__ import annotations

import pytest

from explorer.memory.model import load_model
from explorer.program.tree import Unfolding
from explorer.search.result import Verdict
from explorer.search.run import explore
from scenarios.shmem.fresh import FRESH


@pytest.mark.parametrize("model", ["sc+compiler", "tso+compiler"])
@pytest.mark.parametrize(("fix", "broken"), [("none", {"leak", "late", "stale"}), ("acquire-size", set())])
def test_the_seal_check_moves_before_a_plain_load_of_the_size_alone(model: str, fix: str, broken: set[str]) -> None:
    case = FRESH.build(fix, FRESH.protocols[0], FRESH.small)
    result = explore(case, load_model(model), Unfolding(case.program, unroll=3))
    assert {name for name, count in result.violating.items() if count} == broken
    assert result.verdict is (Verdict.VIOLATED if broken else Verdict.HOLDS)
