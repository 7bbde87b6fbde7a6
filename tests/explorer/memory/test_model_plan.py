"""When each relation and check of a model is computed."""

from __future__ import annotations

from pathlib import Path

from model_text import loader

from explorer.memory.model import load_model
from explorer.memory.plan import Entry, make_plan

RULES = """
let ppo = po \\ (W * R)
let link = ppo ; rf
let late = (co \\
  rf) ; po
let nest = let rec m = m | (po \\ (po ; [range(m)])) in m
let mixed = nest | rf
with x from {rf, 0}
let open = x | po
acyclic po as order
acyclic ppo | rf as line
acyclic link as loop
irreflexive mixed as fixed
empty late & co as missing
~empty rf as read
empty open as choice
flag ~empty late as remark
"""


def test_every_name_has_its_time_and_its_obstacle(tmp_path: Path) -> None:
    plan = make_plan(loader(tmp_path)(RULES))
    static, complete = "once per choice of paths", "on complete executions only"

    def spelled(entry: Entry) -> tuple[str, str, str, str]:
        return entry.name, entry.when, entry.obstacle, str(entry.place or "").replace(f"{tmp_path}/", "")

    assert list(map(spelled, plan.relations)) == [
        ("ppo", static, "", ""),
        ("link", "grows with the execution", "", ""),
        ("late", complete, "co \\ rf", "m.cat:4:13"),
        ("nest", static, "", ""),
        ("mixed", "grows with rf and co once the paths are chosen", "", ""),
        ("x", complete, "with x from {rf, 0}", "m.cat:8:1"),
        ("open", complete, "with x from {rf, 0}", "m.cat:8:1"),
    ]
    assert list(map(spelled, plan.axioms)) == [
        ("with x", complete, "~empty", ""),
        ("order", static, "", ""),
        ("line", "prunes partial executions, kept edge by edge", "", ""),
        ("loop", "prunes partial executions, evaluated anew", "", ""),
        ("fixed", "prunes partial executions once their paths are chosen, evaluated anew", "", ""),
        ("missing", complete, "co \\ rf", "m.cat:4:13"),
        ("read", complete, "~empty", ""),
        ("choice", complete, "with x from {rf, 0}", "m.cat:8:1"),
    ]
    assert list(map(spelled, plan.flags)) == [("remark", "a remark on complete executions", "", "")]


def test_a_packaged_model_prunes_with_every_axiom() -> None:
    plan = make_plan(load_model("pso"))
    assert [(entry.name, entry.when.removeprefix("prunes partial executions")) for entry in plan.axioms] == [
        ("coherence", ", kept edge by edge"),
        ("partial-store-order", ", kept edge by edge"),
        ("rcu", ", evaluated anew"),
    ]
