"""Models in a directory: a .cfg file, declarations, the kernel's way with lock operations."""

from __future__ import annotations

from pathlib import Path

import pytest
from candidate_programs import Step, candidates, exchange, lock, read, write
from model_text import values

from explorer.execution.kinds import Kind, Tag
from explorer.memory.cat.source import CatError
from explorer.memory.model import Model, load_model

BELL = """
enum Accesses = 'once || 'release || 'acquire
enum Fences = || 'mb || 'rcu-lock
instructions R[{'once, 'acquire}]
instructions RMW[Accesses, {'noreturn}]
instructions F[Fences]
let Marked = Once | Release | Acquire
"""


def directory(tmp_path: Path, **files: str) -> Path:
    """A folder with these files, ``__`` in their names standing for a dot."""
    for name, text in files.items():
        (tmp_path / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return tmp_path


def kernel_like(tmp_path: Path, rules: str) -> Model:
    return load_model(str(directory(tmp_path, m__cfg="model m.cat", m__cat=rules)))


def test_the_cfg_file_names_the_parts_and_the_bell_file_comes_first(tmp_path: Path) -> None:
    cfg = "# settings\nmacros k.def\nbell k.bell\nmodel k.cat\ngraph columns\nmodelname other\n"
    rules = "acyclic [Marked] ; po ; [Marked] | rf as marked"
    model = load_model(str(directory(tmp_path, any__cfg=cfg, k__cat=rules, k__bell=BELL, k__def="READ_ONCE(X)")))
    assert model.name == "k"
    assert [axiom.name for axiom in model.axioms] == ["rf-as-given", "co-as-given", "marked"]
    assert model.text == f"{BELL}\n{rules}"
    assert (model.macros, model.macros_file) == ("READ_ONCE(X)", str(tmp_path / "k.def"))
    assert "Marked" not in model.relations


def test_bell_and_macros_may_be_left_out(tmp_path: Path) -> None:
    model = kernel_like(tmp_path, "acyclic po as program-order")
    assert (model.macros, model.macros_file) == (None, None)
    assert load_model("tso").macros is None


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, r"holds no \.cfg file: a model directory has one, which names its \.cat file"),
        ({"a__cfg": "", "b__cfg": ""}, r"holds 2 \.cfg files"),
        ({"a__cfg": "bell m.bell", "m__bell": ""}, r"a\.cfg: no line 'model FILE\.cat'"),
        ({"a__cfg": "# model\n\nmodel   m.cat"}, r"a\.cfg:3:9: cannot read the model .*m\.cat: No such file"),
        ({"a__cfg": "model m.cat\nmodel n.cat", "m__cat": ""}, r"a\.cfg:2:7: a second 'model'"),
        (
            {"a__cfg": "model m.cat\nbell m.bell", "m__cat": "", "m__bell": "enum A = 'far"},
            r"m\.bell:1:10: no event carr",
        ),
    ],
)
def test_what_is_wrong_with_a_directory(tmp_path: Path, files: dict[str, str], message: str) -> None:
    with pytest.raises(CatError, match=message):
        load_model(str(directory(tmp_path, **files)))


def test_the_order_of_effect_is_put_together_from_the_kernels_names(tmp_path: Path) -> None:
    names = "let hb = po & (R * M) let pb = rf let rb = co "
    # 0 initial x; 1 R x, 2 W x=1; 3 R x, which reads 2.
    execution = next(e for e in candidates([[read("x"), write("x")], [read("x")]]) if e.source_of[1:] == (0, -1, 2))
    # The closure of (1, 2), of (0, 1) and (2, 3), and of (0, 2).
    assert kernel_like(tmp_path, names).before(execution) == [0b1110, 0b1100, 0b1000, 0]
    own = kernel_like(tmp_path, names + "let before = po")
    assert own.before(execution) == [0, 0b100, 0, 0]
    assert not kernel_like(tmp_path, "let hb = po").has_before


def test_plain_accesses_take_their_order_from_visibility(tmp_path: Path) -> None:
    names = "let Plain = Plain let hb = 0 let pb = 0 let rb = 0 let ww-vis = po let wr-vis = po let rw-xbstar = rf^-1 "
    # 0 initial x, 1 initial y; 2 plain W x, 3 W y, 4 plain R x, 5 R y.
    thread = [write("x", 1, Tag.PLAIN), write("y"), read("x", Tag.PLAIN), read("y")]
    (execution,) = (e for e in candidates([thread]) if e.source_of[4:] == (0, 3))
    before = values(kernel_like(tmp_path, names), execution)["before"]
    # W to W and W to R with a plain one by po, R to W by rf^-1; of 3 and 5 neither is plain.
    assert before == [(2, 3), (2, 4), (2, 5), (3, 4), (4, 0)]


# 0 initial l, 1 initial x; T0: 2 LKR, 3 LKW, 4 UL, 5 R x, 6 W x (an exchange); T1: 7 RU l.
LOCKED = [
    [*lock("l"), Step(Kind.UNLOCK, Tag.RELEASE, "l", 0), *exchange("x")],
    [Step(Kind.IS_UNLOCKED, Tag.ONCE, "l")],
]


def test_base_names_leave_lock_operations_out(tmp_path: Path) -> None:
    names = ("[R]", "[W]", "[M]", "[RMW]", "[FW]", "rf", "co", "co0", "rmw")
    text = " ".join(f"let n{number} = {name}" for number, name in enumerate(names))
    execution = next(e for e in candidates(LOCKED) if e.source_of[7] == 4 and e.coherence[0] == (0, 3, 4))
    # rf and co are looked at before they are computed for the last time.
    model = kernel_like(tmp_path, f"{text} let rf = rf let co = co")
    found = values(model, execution)
    assert [found[f"n{number}"] for number in range(len(names))] == [
        [(5, 5)],
        [(0, 0), (1, 1), (6, 6)],
        [(0, 0), (1, 1), (5, 5), (6, 6)],
        [(5, 5), (6, 6)],
        [(6, 6)],
        [(1, 5)],
        [(1, 6)],
        [(1, 6)],
        [(5, 6)],
    ]
    # From there on they are the execution's own.
    assert found["rf"] == [(0, 2), (1, 5), (4, 7)]
    assert found["co"] == [(0, 3), (0, 4), (1, 6), (3, 4)]


@pytest.mark.parametrize(
    ("rules", "free", "held"),
    [
        # Nothing about locks: their rf and co are missing.
        ("acyclic po as a", ("rf-as-given", "co-as-given"), ("rf-as-given", "co-as-given")),
        # All of co is generated; the sources of lock reads are chosen, those of RU among unlocks and initial writes.
        (
            """
            let W = W | LKW | UL
            let R = R | LKR | RU
            let choices = let pick r = let one p = p ++ 0 in map one ((S * {r}) & loc) in cross(map pick (LKR | RU))
            with lock-rf from choices
            let rf = rf | lock-rf
            include "cos-opt.cat"
            """,
            (),
            ("rf-as-given",),
        ),
    ],
)
def test_computed_and_given_must_be_equal(
    tmp_path: Path, rules: str, free: tuple[str, ...], held: tuple[str, ...]
) -> None:
    model = kernel_like(tmp_path, f"let S = IW | UL {rules} acyclic po-loc | rf | co | fr as coherence")
    executions = {e.source_of[7]: e for e in candidates(LOCKED) if e.coherence[0] == (0, 3, 4)}
    # The read that claims a free lock may come before or after the other thread, not inside.
    assert model.violated(executions[0]) == free
    assert model.violated(executions[4]) == free
    assert model.violated(executions[3]) == held
    assert model.candidates(executions[4]) == (not free)
    # Behind the last definition the search keeps coherence edge by edge, however rf and co were computed.
    assert [(order.axiom, order.complete) for order in model.orders if order.axiom == "coherence"] == [
        ("coherence", True)
    ]
