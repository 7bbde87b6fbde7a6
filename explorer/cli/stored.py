"""What files name: a setting, a model, threads, an execution.  What is made of them again.

Files are edited and damaged, and come from others: whatever they lead to is told as an
error of theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Protocol
from unicodedata import category

from explorer.cli.failures import UsageProblem
from explorer.cli.litmus_read import SUFFIX
from explorer.cli.litmus_setting import stored_litmus
from explorer.cli.named import choose_fix, find_scenario, read_model
from explorer.cli.scenario_name import is_in_file
from explorer.cli.setting import UNROLL, Options, Setting, make_setting
from explorer.cli.writing import left_out
from explorer.errors import InputError
from explorer.execution.execution import Execution, Status
from explorer.litmus.source import LitmusError
from explorer.memory.model import Model, flag_title
from explorer.program.unfolded import UnfoldedProgram
from explorer.property import Violation
from explorer.scenario import Scenario
from explorer.schedule.recording import Recording
from explorer.search.projection import Projection, final_memory, projection_of
from explorer.search.violations import DEADLOCK, violations_of
from explorer.visible import visible
from reports.report import ReportError
from reports.structure import LITMUS, Search
from reports.structure import Model as ModelName

CHANGED = "the scenario or the file has changed: explore again"


def check_search(search: Search, execution: Execution, setting: Setting, model: Model, file: str) -> None:
    """The search counted what a search of this case under this model counts, this execution too (UsageProblem)."""
    names = sorted(prop.name for prop in setting.case.properties)
    counted = sorted(name for name in search.violating if name != DEADLOCK)
    if counted != names:
        raise UsageProblem(
            f"{file}: $.search.violating: counts {listed(counted)}, the scenario has {listed(names)}\n  {CHANGED}"
        )
    flags = {flag_title(flag.name) for flag in model.flag_checks}
    unknown = sorted(search.remarks.keys() - flags)
    if unknown:
        raise UsageProblem(f"{file}: $.search.remarks: counts {listed(unknown)}, no flag of the model\n  {CHANGED}")
    if execution.status is Status.COMPLETE:
        missing = [title for title in map(flag_title, model.flags(execution)) if not search.remarks.get(title)]
        if missing:
            raise UsageProblem(
                f"{file}: $.search.remarks: does not count {listed(missing)}, which this execution has\n  {CHANGED}"
            )
    if search.interleavings is not None and model.name != "sc":
        raise UsageProblem(f"{file}: $.search.interleavings: they are counted under sc only\n  {CHANGED}")


@dataclass(frozen=True)
class Threads:
    """The threads that a search explored: all, or those that its projection kept."""

    unfolding: UnfoldedProgram
    projection: Projection | None = None

    @classmethod
    def of(cls, search: Search, setting: Setting, model: Model, file: str) -> Threads:
        """The threads that a file speaks of.

        Raises UsageProblem where the program's are not those that the file has left out.
        """
        if not search.left_out:
            return cls(setting.unfolding)
        with naming(file):
            projection = projection_of(setting.case, model, setting.unfolding)
        if isinstance(projection, str):
            raise UsageProblem(
                f"{file}: $.search.left_out: {projection or 'no two threads are identical'}\n  {CHANGED}"
            )
        for number, (theirs, ours) in enumerate(zip_longest(search.left_out, map(left_out, projection.left_out))):
            if theirs != ours:
                raise UsageProblem(f"{file}: $.search.left_out[{number}]: is not that of the program\n  {CHANGED}")
        return cls(projection.unfolding, projection)

    def check_others(self, execution: Execution, file: str) -> None:
        """The threads left out run to their end after this execution, without a write (UsageProblem)."""
        with naming(file):
            obstacle = self.projection.obstacle(final_memory(execution)) if self.projection else ""
        if obstacle:
            raise UsageProblem(f"{file}: $.search.left_out: {obstacle}\n  {CHANGED}")


def rerun(
    recording: Recording, threads: Threads, setting: Setting, model: Model, file: str
) -> tuple[Execution, list[Violation]]:
    """Replay an execution that a file holds, and find what it breaks.

    Threads that were left out are run after it.  Raises UsageProblem where the program does not
    have it or the model does not allow it.
    """
    # Not needed to draw a report, and slow to import.
    from explorer.schedule.replay import ReplayMismatch, replay

    with naming(file):
        try:
            execution = replay(threads.unfolding, recording, model)
        except ReplayMismatch as difference:
            raise UsageProblem(f"{visible(str(difference))}\n  {CHANGED}") from difference
        violations = violations_of(execution, setting.case, model)
    threads.check_others(execution, file)
    return execution, violations


class Stored(Protocol):
    """What names a setting: a report, the header of a run file, what a token says."""

    @property
    def scenario(self) -> str: ...
    @property
    def protocol(self) -> str: ...
    @property
    def fix(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, int | str]: ...
    @property
    def model(self) -> ModelName: ...


def stored_setting(stored: Stored, file: str, own: Path | None = None) -> Setting:
    """The setting that a report or run file names; UsageProblem where there is none any more.

    ``own`` is the file of its scenario, where the user names it: see ``stored_scenario``.
    """
    for field in ("scenario", "protocol", "fix"):
        _check_name(getattr(stored, field), f"$.{field}", file)
    for name in stored.parameters:
        _check_name(name, "$.parameters", file)
    if stored.protocol == LITMUS or stored.scenario.endswith(SUFFIX):
        model = stored_model(stored.model, file)
        with naming(file):
            _check_readable(stored.scenario)
            try:
                return stored_litmus(stored.scenario, model)
            except LitmusError as error:
                raise UsageProblem(f"{error}\n  the test has changed: run it again with --reports") from error
    with naming(file):
        scenario = stored_scenario(stored.scenario, own)
        if scenario.name != stored.scenario:
            raise UsageProblem(f"the scenario is {scenario.name}, not {stored.scenario}\n  explore again")
        if not _has_fix(scenario, stored.fix) or stored.protocol not in scenario.protocols:
            raise UsageProblem(
                f"scenario {scenario.name} has no fix '{stored.fix}' with protocol '{stored.protocol}'\n  explore again"
            )
        sizes = {}
        for name, value in stored.parameters.items():
            if not isinstance(value, int):
                raise UsageProblem(f"parameter {name} must be a number, not {value!r}\n  explore again")
            sizes[name] = value
        unroll = sizes.pop("unroll", UNROLL)
        max_events = sizes.pop("max-events", None)
        options = Options(Path(), sizes, unroll=unroll, max_events=max_events)
        return make_setting(scenario, stored.fix, stored.protocol, options)


def stored_scenario(name: str, own: Path | None) -> Scenario:
    """The scenario that a report, a run file or a token names.

    All of them may come from strangers: of scenario files only those below the current folder are run, unless the
    user names one (``own``).
    """
    if is_in_file(name):
        from explorer.cli.scenario_file import scenario_for_report

        return scenario_for_report(name, own)
    if own is not None:
        raise UsageProblem(f"its scenario, {name}, is in no file\n  leave out --scenario")
    return find_scenario(name)


def _has_fix(scenario: Scenario, name: str) -> bool:
    """Whether a name is that of a fix, as files have it."""
    try:
        return choose_fix(scenario, name) == name
    except UsageProblem:
        return False


def stored_model(stored: ModelName, file: str) -> Model:
    """The model that a report or run file names; UsageProblem if its rules are others by now."""
    model = readable_model(stored.name, file)
    with naming(file):
        if model.rules_hash != stored.rules_hash:
            raise UsageProblem(f"the rules of model {stored.name} have changed\n  explore again")
    return model


def readable_model(name: str, file: str) -> Model:
    """The model of this name, whatever its rules are by now; UsageProblem where there is none.

    Of files only those are read that are models by their name: a mistake in a model is told with its line, and a
    stranger's file or token may name any other.
    """
    _check_name(name, "$.model.name", file)
    with naming(file):
        _check_readable(name)
        if Path(name).is_file() and not name.endswith(".cat"):
            raise UsageProblem(f"{name}: is no model: those are .cat files\n  explore again")
        return read_model(name)


@contextmanager
def naming(file: str) -> Iterator[None]:
    """What goes wrong with what a file names is told with the file's own name."""
    try:
        yield
    except ReportError:
        raise
    except InputError as error:
        raise UsageProblem(f"{file}: {error}") from error
    except OSError as error:
        raise UsageProblem(f"{file}: {error.filename}: {error.strerror}\n  explore again") from error


def _check_name(name: str, path: str, file: str) -> None:
    """No name holds control characters; those of an edited file would end up in messages and as paths."""
    if any(category(char) in ("Cc", "Cs") for char in name):
        raise UsageProblem(f"{file}: {path}: no name holds control characters: {visible(name)}\n  explore again")


def _check_readable(name: str) -> None:
    """What a file names by a path is no device or pipe: reading one need not end."""
    path = Path(name)
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise UsageProblem(f"{name}: is no file\n  explore again")


def listed(names: Sequence[str]) -> str:
    return visible(", ".join(names)) or "no property"
