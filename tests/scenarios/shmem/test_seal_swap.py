"""What the owner does about the pages of a file before it seals it, against reclaim."""

from __future__ import annotations

import pytest

from explorer.memory.model import load_model
from explorer.program.tree import Unfolding
from explorer.search.run import explore
from scenarios.shmem.seal_swap import EMPTIED, KEPT, SEAL_SWAP


@pytest.mark.parametrize(
    ("how", "protocol", "violated"),
    [
        (EMPTIED, "P2", set()),  # the truncation waits for the page lock
        (EMPTIED, "P3", set()),
        (KEPT, "P2", set()),  # not sealed
        (KEPT, "P3", {"swapped"}),
    ],
)
def test_a_page_is_swapped_out_after_the_seal_only_where_it_stays_in_the_file(
    how: int, protocol: str, violated: set[str]
) -> None:
    case = SEAL_SWAP.build("none", protocol, {**SEAL_SWAP.small, "how": how})
    unfolding = Unfolding(case.program, 3)
    for model in ("sc", "armv8"):
        result = explore(case, load_model(model), unfolding)
        assert {name for name, count in result.violating.items() if count} == violated
        assert all(result.goals.values()), result.goals
