"""The search finds what the scenarios declare, on their small forms under every model."""

from __future__ import annotations

from functools import cache

import pytest

from explorer.execution.execution import Execution, Status
from explorer.execution.kinds import Kind
from explorer.memory.model import load_model
from explorer.program.tree import Unfolding
from explorer.scenario import Case
from explorer.search.explore import Search
from explorer.search.result import Limits, Result, Verdict
from explorer.search.run import explore
from scenarios.registry import find, scenarios
from scenarios.shmem.declare import MODELS

EVERY_FIX = {"fresh", "inflight"}
"""The scenarios on which every fix is tested under every model; on the others the patch as posted is, and the fixes
under two models: the rest takes too long here, and is explored by ``sealrace matrix --all --expect``."""

FORMS = [
    (scenario.name, protocol, fix)
    for scenario in scenarios()
    for protocol, fix in dict.fromkeys((protocol, fix) for protocol, fix, _ in scenario.expected)
    # P3 differs from P2 in the guard alone: one form of each scenario stands for it here.
    if protocol != "P3" or fix == "none"
]


@cache
def unfolded(name: str, protocol: str, fix: str) -> Unfolding:
    return Unfolding(case(name, protocol, fix).program, 3)


@cache
def case(name: str, protocol: str, fix: str) -> Case:
    scenario = find(name)
    assert scenario is not None
    return scenario.build(fix, protocol, scenario.small)


def result(name: str, protocol: str, fix: str, model: str) -> Result:
    return explore(case(name, protocol, fix), load_model(model), unfolded(name, protocol, fix), Limits())


@pytest.mark.parametrize(("name", "protocol", "fix"), FORMS)
def test_verdicts_are_the_declared_ones(name: str, protocol: str, fix: str) -> None:
    scenario = find(name)
    assert scenario is not None
    for model in MODELS if fix == "none" or name in EVERY_FIX else ("sc", "armv8"):
        found = result(name, protocol, fix, model)
        violated = {prop for prop, count in found.violating.items() if count}
        declared = scenario.declared(protocol, fix, model, scenario.small)
        assert declared is not None
        assert violated == set(declared)
        assert found.complete
        assert found.verdict is (Verdict.VIOLATED if any(found.violating.values()) else Verdict.HOLDS)
        assert all(found.goals.values()), found.goals
        assert found.blocked == found.cut == 0


# R3 of the second page may take effect before R1 of the first, where that is a hole: nothing is released between them.
@pytest.mark.parametrize(
    ("name", "model"), [("fresh", "sc"), ("fresh", "armv8"), ("fresh", "lkmm"), ("inflight", "armv8")]
)
def test_a_second_page_lets_a_seal_check_in_front_be_stale_too(name: str, model: str) -> None:
    scenario = find(name)
    assert scenario is not None
    full = scenario.build("seal-first", "P2", scenario.parameters)
    found = explore(full, load_model(model), Unfolding(full.program, 3), Limits())
    violated = {prop for prop, count in found.violating.items() if count}
    assert violated == {"leak", "late"} | ({"stale"} if model != "sc" else set())


# With marked accesses of the seals a read that missed the seal has begun before the grace period (R3 -fr-> A9 comes
# before it), or has counted itself before the owner looks. So it ends before the grow: it sees neither the new size
# nor what the guest writes. What comes out late in inflight is an old page, in hand since before the truncation.
@pytest.mark.parametrize("fix", ["once-seals+srcu", "once-seals+reader-count"])
@pytest.mark.parametrize(("name", "violated"), [("fresh", set[str]()), ("inflight", {"late"})])
def test_waiting_for_reads_needs_marked_seals_under_lkmm(name: str, fix: str, violated: set[str]) -> None:
    found = result(name, "P2", fix, "lkmm")
    assert {prop for prop, count in found.violating.items() if count} == violated
    assert found.complete


# The reader takes i_rwsem, so it stands in one of the gaps between the owner's critical
# sections, and what it reads is settled: one execution per gap. It touches nothing that
# the guest does: after the seal it stops at R3.
#   fresh           before A4, between A10 and F0, after F7
#   inflight        before T0, between T6 and A4, between A10 and F0, after F7
#   getpage-stall   as inflight
#   lingering-page  before T0, between T6 and A4, after A10
#   preallocated    before T0, then between ftruncate, fallocate, fallocate, F_ADD_SEALS and ftruncate, after T6
#   masked-eperm    as lingering-page
@pytest.mark.parametrize(
    ("name", "gaps"),
    [
        ("fresh", 3),
        ("inflight", 4),
        ("getpage-stall", 4),
        ("lingering-page", 3),
        ("preallocated", 6),
        ("masked-eperm", 3),
    ],
)
@pytest.mark.parametrize("model", ["sc", "tso", "pso"])
def test_under_the_rwsem_there_is_one_execution_per_gap(name: str, gaps: int, model: str) -> None:
    assert result(name, "P2", "rwsem", model).executions == gaps


# R1 and R3 alone are left: (0, unsealed) ends at R4, (0, sealed) and (4096, sealed) at R3.
# (4096, unsealed) would be stale.
@pytest.mark.parametrize("model", ["sc", "tso", "pso"])
def test_fresh_with_the_patch_has_three_executions(model: str) -> None:
    assert result("fresh", "P2", "none", model).executions == 3


# Under P3 the file keeps its pages and its size, so a read of two pages differs by its looks at the seals
# alone: two, four with a second look at each page, none; they find the seal from one of them on, or never.
# With the rwsem the read comes before the seal or after it.
@pytest.mark.parametrize(
    ("fix", "count", "masked"),
    [
        ("no-check", 1, 0),
        ("none", 3, 1),  # found by R3 of page 1
        ("seal-first", 3, 1),
        ("recheck", 5, 2),  # by R3 or R5 of page 1
        ("recheck-late", 5, 2),
        ("recheck-after-copy", 5, 2),
        ("rwsem", 2, 0),
    ],
)
@pytest.mark.parametrize("model", ["sc", "armv8"])
def test_masked_eperm_without_a_guard_has_one_execution_per_place_of_the_seal(
    fix: str, count: int, masked: int, model: str
) -> None:
    found = result("masked-eperm", "P3", fix, model)
    assert (found.executions, found.violating["masked"]) == (count, masked)


LANDMARKS = {"A9", "R3", "T4", "K4", "F5"}
"""Steps that tell what a scenario is made of: seal, read, truncation, guest, growth."""

WITHOUT = {
    "fresh": {"T4"},
    "lingering-page": {"K4", "F5"},
    "masked-eperm": {"K4", "F5"},
    "preallocated": {"F5"},
    "mmap-window": {"R3", "T4"},
    "seal-write": {"R3", "T4", "K4", "F5"},
    "seal-punch": {"R3", "T4"},
    "seal-swap": {"R3", "T4", "K4", "F5"},
    "seal-fault": {"A9", "R3", "T4", "K4", "F5"},
}
"""Which of them a scenario does not have."""


def executions(name: str, fix: str) -> list[Execution]:
    leaves = [leaf for leaf in Search(unfolded(name, "P2", fix), load_model("sc")) if leaf is not None]
    # Dropped are those in which a lookup fails to get a reference: it is tried again, which is another execution.
    assert {leaf.status for leaf in leaves} <= {Status.COMPLETE, Status.DROPPED}
    return [leaf.execution for leaf in leaves if leaf.status is Status.COMPLETE]


@pytest.mark.parametrize(("name", "fix"), [(name, fix) for name, protocol, fix in FORMS if protocol == "P2"])
def test_every_access_has_a_step_and_a_reference(name: str, fix: str) -> None:
    steps = set()
    for execution in executions(name, fix):
        for event in execution.events:
            if event.kind is not Kind.INITIAL:
                assert event.source is not None
                assert event.source.step, event
                assert event.source.reference, event
                assert event.source.file.startswith("scenarios/shmem/")
                steps.add(event.source.step)
    created = fix == "new-inode"
    expected = LANDMARKS - WITHOUT.get(name, set())
    if created:
        expected -= {"A9", "T4"}
        expected |= {"F5"} if name == "preallocated" else set()  # which else grows its file with ftruncate(2)
        if name in ("seal-fault", "seal-swap"):  # there the new file grows, as that of the others does
            expected |= {"F5"}
        if name == "seal-fault":  # and there is nobody to keep the guard away
            expected |= {"K4"}
    if (name, fix) == ("preallocated", "guard-empty"):
        expected -= {"K4"}  # the guest finds no page
    if fix == "no-check":
        expected -= {"R3"}
    assert steps & LANDMARKS == expected
    assert ("M0" in steps) == (created or name == "mmap-window")  # memfd_create(2), mmap(2)


def test_references_name_the_kernel_function() -> None:
    references = {
        event.source.step: event.source.reference
        for event in executions("inflight", "none")[0].events
        if event.source is not None
    }
    assert references["A9"] == "mm/memfd.c memfd_add_seals: seals |= new"
    assert references["T4"] == "mm/shmem.c shmem_setattr: i_size_write"
    assert references["F5"] == "mm/shmem.c shmem_fallocate: i_size_write"
    assert references["R1"] == "mm/shmem.c shmem_file_read_iter: first i_size_read"
    assert references["K4"] == "guest store"
