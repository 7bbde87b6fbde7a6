"""A small run made by hand for tests of the gallery: 16 cells and two that mean nothing, of every word there is.

Under P2 the second check (recheck) of inflight takes two of three kinds of violation away, and under lkmm one is new.
"""

from __future__ import annotations

from urllib.parse import quote

from reports.kinds import ViolationKind
from reports.pages.gallery import render_index
from reports.verdicts import Cell

READ, SEAL, COPY = ("build.<locals>.read", "inode.seals"), ("add_seals", "inode.seals"), ("copy_page", "page.data")
LEAK_TEXT = "A read returned 42, which the guest stored after the seal was set."
LATE_TEXT = "A read returned 65, and nothing had it copied before the seal was set."
STALE_TEXT = "A read saw a size that was stored after the seal."


def leak(executions: int) -> ViolationKind:
    return ViolationKind(breaks="leak", path=(READ, SEAL, COPY), executions=executions, sentence=LEAK_TEXT, line=1)


def late(executions: int) -> ViolationKind:
    return ViolationKind(breaks="late", path=(READ, COPY), executions=executions, sentence=LATE_TEXT, line=1)


def early(executions: int) -> ViolationKind:
    """Late as well, at other places."""
    return ViolationKind(breaks="late", path=(SEAL, COPY), executions=executions, sentence=LATE_TEXT, line=2)


def stale(executions: int) -> ViolationKind:
    return ViolationKind(breaks="stale", path=(SEAL, READ), executions=executions, sentence=STALE_TEXT, line=3)


def cell(
    scenario: str,
    protocol: str,
    fix: str,
    model: str,
    executions: int,
    *kinds: ViolationKind,
    expected: bool | None = True,
    limits: tuple[str, ...] = (),
    remarks: tuple[tuple[str, str], ...] = (),
) -> Cell:
    """An explored cell with these kinds of violation, the most severe first."""
    stem = f"{scenario}-{protocol}-{fix}-small-{model}"
    violating: dict[str, int] = {"leak": 0, "late": 0, "stale": 0}
    labels: list[str] = []
    for kind in kinds:
        violating[kind.breaks] += kind.executions
        before = sum(label.split("-")[0] == kind.breaks for label in labels)
        labels.append(f"{kind.breaks}-{before + 1}" if before else kind.breaks)
    verdict = "VIOLATED" if kinds else "INCOMPLETE" if limits else "HOLDS"
    return Cell(
        scenario,
        protocol,
        fix,
        model,
        verdict,
        kinds[0].breaks if kinds else verdict,
        executions,
        {name: count for name, count in violating.items() if count},
        "3879" if model == "sc" else None,
        expected,
        tuple((label, quote(f"{stem}-{label}.html")) for label in labels),
        limits=limits,
        remarks=remarks,
        kinds=kinds,
        parameters={"pages": 1, "unroll": 3},
        rules_hash=f"c0de{model}",
        command=f"sealrace explore {scenario} --fix {fix} --protocol {protocol} --model {model} --small",
        run_file=quote(f"{stem}.run.jsonl"),
    )


RACE = (("data-race A9/R3", "inflight-P2-recheck-small-lkmm-flag-data-race.html"),)
CELLS = [
    cell("fresh", "P2", "none", "sc", 9),
    cell("fresh", "P2", "none", "lkmm", 12, stale(3)),
    cell("fresh", "P2", "recheck", "sc", 9),
    cell("fresh", "P2", "recheck", "lkmm", 12, stale(1), expected=False),
    cell("fresh", "P2", "rwsem", "sc", 4),
    cell("fresh", "P2", "rwsem", "lkmm", 4, expected=None),
    cell("inflight", "P2", "none", "sc", 146, leak(23), late(63), early(2)),
    cell("inflight", "P2", "none", "lkmm", 162, leak(26), late(71), early(2)),
    cell("inflight", "P2", "recheck", "sc", 112, early(2)),
    cell("inflight", "P2", "recheck", "lkmm", 127, early(1), stale(13), remarks=RACE),
    cell("inflight", "P2", "rwsem", "sc", 4),
    cell("inflight", "P2", "rwsem", "lkmm", 7, limits=("limit of 7 executions reached",)),
    cell("inflight", "P1", "none", "sc", 5),
    cell("inflight", "P1", "none", "lkmm", 5),
    *(
        Cell.not_run(
            "inflight", "P1", "recheck", model, f"sealrace explore inflight --fix recheck --protocol P1 --model {model}"
        )
        for model in ("sc", "lkmm")
    ),
    *(
        Cell.not_applicable("inflight", "P1", "rwsem", model, "the seal is set before anybody has the file")
        for model in ("sc", "lkmm")
    ),
]  # fmt: skip
TITLES = {"fresh": "an empty file", "inflight": "a file in use"}


def gallery() -> str:
    """The page."""
    return render_index(CELLS, command="sealrace matrix --small", tool="0.1.0", titles=TITLES)
