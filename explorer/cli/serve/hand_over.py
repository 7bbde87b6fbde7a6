"""From a finished execution to the reports of it and their pages, which anyone can open, replay and draw."""

from __future__ import annotations

import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from explorer.cli.failures import UsageProblem
from explorer.cli.file_name import SHORT, model_in_file_name, plain
from explorer.cli.folder import make_folder
from explorer.cli.serve.answer import Answer, Served, limited
from explorer.cli.serve.state import State, state_of
from explorer.cli.token_report import search_of_one, threads_of
from explorer.cli.writing import Writer
from explorer.property import Violation
from explorer.search.outcomes import shown_outcome
from explorer.search.remarks import remarks_of
from explorer.search.so_far import Stand, stand_of
from explorer.search.violations import violations_of

PREFIX = "live-"
"""What the names of its files begin with; files of ``sealrace explore`` have none such, and do not replace them."""


def can_be_handed_over(stand: Stand) -> bool:
    """Whether there is an execution to report."""
    return stand in (Stand.COMPLETE, Stand.BLOCKED)


def written(state: State, out: str) -> tuple[str, ...]:
    """The names of the pages that stand in the folder for this state."""
    # A scenario of the user's own has a path as its name, which a pattern must not see: names are compared.
    stem = _stem(state)
    folder = Path(out)
    names = os.listdir(folder) if folder.is_dir() else []
    return tuple(sorted(name for name in names if name.startswith(stem) and name.endswith(".html")))


@limited
def write_reports(served: Served, text: str) -> Answer:
    """Write a report and its page for each property that the execution breaks, else for what came out.

    What the model flags has a report too.  Each file is there as a whole or not at all.
    """
    state = state_of(text, served.extra)
    setting, model = state.setting, state.model
    position = state.walk()
    execution = position.execution
    if not can_be_handed_over(stand_of(position, model)):
        raise UsageProblem("the execution is not over, or none to report\n  take it to its end first")
    broken = violations_of(execution, setting.case, model)
    remarks = remarks_of(execution, model)
    told: list[Violation] = [*broken, *remarks]
    if not told:
        facts = state.outcomes.of(execution)
        if facts is None:
            raise UsageProblem("the filter of the test does not count this execution\n  go another way")
        told.append(shown_outcome(execution, facts, setting.case))
    others = threads_of(state.token, setting, model)[1]
    search = search_of_one(execution, told[0], setting, model, others)
    out = Path(served.out)
    make_folder(out)
    writer = Writer(setting, model, state.token.model)
    with TemporaryDirectory(prefix=f".{PREFIX}", dir=out) as folder:
        names = []
        for number, violation in enumerate(told, 1):
            name = f"{_stem(state)}{number}-{plain(violation.property)[:SHORT]}.json"
            writer.save(writer.report(execution, violation, None, search), Path(folder) / name)
            names.append(name)
        _move(names, Path(folder), out)
    return Answer(303, state.path)


def _move(names: Sequence[str], source: Path, out: Path) -> None:
    """Put files into their place; a page only after its report, which it names."""
    for name in names:
        for each in (Path(name), Path(name).with_suffix(".html")):
            os.replace(source / each, out / each)


def _stem(state: State) -> str:
    """What the names begin with: the program, and a word for the steps."""
    program = plain(state.setting.stem)
    word = sha256(str(state.token).encode()).hexdigest()[:8]
    return f"{PREFIX}{program}-{model_in_file_name(state.model.name)}-{word}-"
