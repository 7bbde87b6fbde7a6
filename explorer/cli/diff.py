"""``sealrace diff``: two run files, or two folders of them, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from explorer.cli.failures import UsageProblem
from explorer.cli.litmus_read import SUFFIX as LITMUS
from explorer.cli.output import print_json
from explorer.cli.scenario_name import is_in_file
from explorer.visible import visible
from reports.comparison import setting_of, sizes_of
from reports.forms.comparison import Compared, alone_json, compared_json, compared_text
from reports.runs import RunHeader, load_header

SUFFIX = ".run.jsonl"

_Cell = tuple[str, str, str, str]
"""Scenario, protocol, fix and model: what pairs the run files of two folders."""
_Runs = dict[_Cell, dict[str, tuple[str, RunHeader]]]
"""Per cell its forms by their sizes, each with its file."""


def are_runs(first: str, second: str | None) -> bool:
    """Whether what is named is what an exploration has written, and not what is to be explored.

    UsageProblem where a run file or folder is named alone.
    """
    named = [name for name in (first, second) if name is not None and _is_run(name)]
    if named and second is None:
        raise UsageProblem(f"{first}: there is nothing to compare it with\n  name another run file or folder")
    return bool(named)


def _is_run(name: str) -> bool:
    """Whether a name can only be that of a run file or a folder: no scenario, whether in a file or not, is named so."""
    if is_in_file(name) or name.endswith(LITMUS):
        return False
    return "/" in name or "." in name or Path(name).is_dir()


def show_differences(first: Path, second: Path, *, as_json: bool) -> int:
    """Print what differs; gives the exit status: 0 nothing, 1 something."""
    if first.is_dir() and second.is_dir():
        return _folders(first, second, as_json=as_json)
    if first.is_dir() or second.is_dir():
        raise UsageProblem(f"{first} and {second}: a folder and a file\n  name two run files, or two folders of them")
    compared = Compared((str(first), str(second)), _load(first), _load(second))
    if as_json:
        print_json(compared_json(compared))
    else:
        click.echo(compared_text(compared))
    return int(compared.comparison.differs)


def _load(file: Path) -> RunHeader:
    name, colon, number = str(file).rpartition(":")
    if colon and number.isdecimal() and name.endswith(SUFFIX) and not file.exists():
        raise UsageProblem(f"{file}: this is one execution\n  name the run file: {name}")
    if not str(file).endswith(SUFFIX):
        what = "no run file" if file.exists() else "no such file or folder"
        raise UsageProblem(f"{file}: {what}\n  name a file *{SUFFIX} that sealrace explore has written")
    return load_header(file)


def _folders(first: Path, second: Path, *, as_json: bool) -> int:
    before, after = _runs_in(first), _runs_in(second)
    pairs, only_first, only_second = [], [], []
    for cell in dict.fromkeys([*before, *after]):
        for one, other in _paired(before.get(cell, {}), after.get(cell, {})):
            if one is not None and other is not None:
                pairs.append(Compared((one[0], other[0]), one[1], other[1]))
            elif one is not None:
                only_first.append(one)
            elif other is not None:
                only_second.append(other)
    different = [pair for pair in pairs if pair.comparison.differs]
    if as_json:
        for pair in pairs:
            print_json(compared_json(pair))
        for runs, is_first in ((only_first, True), (only_second, False)):
            for file, header in runs:
                print_json(alone_json(file, header, first=is_first))
    else:
        for pair in different:
            click.echo(f"{compared_text(pair)}\n")
        for name, folder, runs in (("A", first, only_first), ("B", second, only_second)):
            for _file, header in runs:
                click.echo(f"only in {name} ({visible(str(folder))})  {setting_of(header)}, {sizes_of(header)}")
        click.echo(_sentence(len(pairs), len(different), len(only_first), len(only_second)))
    return int(bool(different or only_first or only_second))


def _sentence(pairs: int, different: int, first: int, second: int) -> str:
    cells = "1 cell is" if pairs == 1 else f"{pairs:,} cells are"
    differ = f"{different:,} of them {'differs' if different == 1 else 'differ'}" if different else "none differs"
    only = [f"{count:,} only in {name}" for count, name in ((first, "A"), (second, "B")) if count]
    return "; ".join([f"{cells} in both, {differ}", *only]) + "."


def _runs_in(folder: Path) -> _Runs:
    """The run files of a folder, in the order of their names."""
    found: _Runs = {}
    for file in sorted(folder.glob(f"*{SUFFIX}")):
        header = load_header(file)
        forms = found.setdefault((header.scenario, header.protocol, header.fix, header.model.name), {})
        sizes = sizes_of(header)
        if sizes in forms:
            raise UsageProblem(f"{file}: is of the same cell as {forms[sizes][0]}\n  leave one of them in the folder")
        forms[sizes] = str(file), header
    if not found:
        raise UsageProblem(f"{folder}: no run file in it\n  name a folder that sealrace explore --out has written to")
    return found


def _paired(
    before: Mapping[str, tuple[str, RunHeader]], after: Mapping[str, tuple[str, RunHeader]]
) -> Iterator[tuple[tuple[str, RunHeader] | None, tuple[str, RunHeader] | None]]:
    """The forms of a cell in two folders: those of the same sizes, else the one of each that has no partner."""
    for sizes in before:
        if sizes in after:
            yield before[sizes], after[sizes]
    left = [run for sizes, run in before.items() if sizes not in after]
    right = [run for sizes, run in after.items() if sizes not in before]
    if len(left) == len(right) == 1:
        yield left[0], right[0]
        return
    for run in left:
        yield run, None
    for run in right:
        yield None, run
