"""What Hypothesis comes to with a property of runs, and what it prints."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from explorer.testing import Run, replayed, run_of


@dataclass(frozen=True)
class Falsified:
    """The example that it shrank to, and the expression that it printed for it."""

    run: Run
    printed: str

    def again(self, **names: object) -> object:
        """What the printed expression gives; ``names`` are what a test file would have beside what we define."""
        return eval(self.printed, {"replayed": replayed, "run_of": run_of, **names})


def falsified(
    runs: st.SearchStrategy[Run], passes: Callable[[Run], bool], number: int = 0, examples: int = 1000
) -> Falsified | None:
    """The simplest run found that does not pass; None where there is none."""
    failed: list[Run] = []

    @seed(number)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
    )
    @given(run=runs)
    def test(run: Run) -> None:
        if not passes(run):
            failed.append(run)
            raise AssertionError("falsified")

    try:
        test()
    except AssertionError as error:
        note = "\n".join(getattr(error, "__notes__", ()))
        printed = re.search(r"run=(.*),\n\)", note, re.DOTALL)
        assert printed is not None, note
        return Falsified(failed[-1], printed[1])
    return None
