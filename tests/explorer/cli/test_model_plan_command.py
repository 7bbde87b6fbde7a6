"""``sealrace models show NAME --plan``, to the letter."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from command_line import Run, run

TSO = """\
relations
  rcu-sections       once per choice of paths
  srcu-sections      once per choice of paths
  ppo                once per choice of paths
  implied            once per choice of paths
  fence              once per choice of paths
  ghb                grows with the execution
  before             grows with the execution
  rcu-link           grows with the execution

axioms
  coherence          prunes partial executions, kept edge by edge
  total-store-order  prunes partial executions, kept edge by edge
  rcu                prunes partial executions, evaluated anew
"""

SMALL = """\
relations
  late    on complete executions only: 'co \\ rf' is not monotone (small.cat:1:12)

axioms
  thread  once per choice of paths
  slow    on complete executions only: 'co \\ rf' is not monotone (small.cat:1:12)

flags
  race    a remark on complete executions
"""


def test_the_plan_of_tso(sealrace: Run) -> None:
    outcome = sealrace("models", "show", "tso", "--plan")
    assert (outcome.exit_code, outcome.stdout) == (0, TSO)


def test_the_plan_of_a_small_model_says_what_is_in_the_way(sealrace: Run) -> None:
    rules = "let late = co \\ rf acyclic po as thread empty late ; po as slow flag ~empty late as race\n"
    Path("small.cat").write_text(rules, encoding="utf-8")
    outcome = sealrace("models", "show", "small.cat", "--plan")
    assert (outcome.exit_code, outcome.stdout) == (0, SMALL)


def test_the_plan_of_a_mistake_is_its_message(sealrace: Run) -> None:
    Path("bad.cat").write_text("acyclic porf\n", encoding="utf-8")
    outcome = sealrace("models", "show", "bad.cat", "--plan")
    assert outcome.exit_code == 2
    assert outcome.stderr.splitlines()[0] == "bad.cat:1:9: unknown relation 'porf'"


def test_what_models_include_is_shown_by_its_name() -> None:
    for name in ("rcu.cat", "compiler.cat"):
        shown = run("models", "show", name).output
        assert shown == files("explorer.memory").joinpath("models", name).read_text(encoding="utf-8")


def test_a_model_without_an_axiom_is_pointed_out(tmp_path: Path) -> None:
    model = tmp_path / "free.cat"
    model.write_text('"free"\n')
    result = run(
        "explore", "fresh-window", "--model", str(model), "--out", str(tmp_path / "out"), "--max-executions", "1"
    )
    assert result.stderr.splitlines()[0] == f"{model}: warning: no axiom: every execution is allowed"
