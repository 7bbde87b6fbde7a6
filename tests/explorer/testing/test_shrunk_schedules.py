"""A leak in a padded program shrinks to few context switches, whatever the seed."""

from __future__ import annotations

from falsified import falsified
from hypothesis import strategies as st
from padded_leak import LEAST, padded

from explorer.cli.writing import witness_of
from explorer.memory.model import load_model
from explorer.program.tree import Unfolding
from explorer.search.run import explore
from explorer.testing import Run, run_of, schedules

SEEDS = 20


def switches(run: Run) -> int:
    """The context switches of the schedule as it was drawn."""
    return sum(a.thread != b.thread for a, b in zip(run.steps, run.steps[1:], strict=False))


def test_the_leak_takes_three_switches() -> None:
    """The least over all leaking executions, each with its exact witness: what is derived by hand is what there is."""
    case, model = padded(), load_model("sc")
    result = explore(case, model, unfolding := Unfolding(case.program, 3))
    witnesses = [witness_of(record.execution(unfolding), model) for record in result.records]
    assert len(witnesses) == result.violating["leak"] > 0
    assert all(witness.exact for witness in witnesses)
    assert min(witness.switches for witness in witnesses) == LEAST


def test_it_shrinks_to_at_most_two_switches_more() -> None:
    runs: st.SearchStrategy[Run] = schedules(padded)
    drawn = []
    for seed in range(SEEDS):
        found = falsified(runs, lambda run: not run.violations, seed, 3000)
        assert found is not None, f"no leak with seed {seed}"
        assert found.run.violations == ("leak",)
        drawn.append(switches(found.run))
        assert LEAST <= found.run.switches <= drawn[-1]
        again = found.again(padded=padded)
        assert isinstance(again, Run)
        assert again == found.run
        assert again.execution.key == found.run.execution.key
        assert again.switches == switches(again) == found.run.switches
    assert max(drawn) <= LEAST + 2, drawn


def test_an_example_of_a_nameless_program_shows_its_steps() -> None:
    found = falsified(schedules(padded), lambda run: not run.violations)
    assert found is not None
    assert found.printed.startswith("run_of(padded, steps='0x")
    assert found.run.token == ""
    assert "sealrace replay" not in found.run.ladder()
    assert run_of(padded, steps=found.printed.split("'")[1]).violations == ("leak",)
