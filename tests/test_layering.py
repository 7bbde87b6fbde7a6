"""Who imports whom: the table of docs/architecture.md is the truth, and has no circles."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOP = ("explorer", "scenarios", "reports")
ROW = re.compile(r"^((?:explorer|scenarios|reports)/\S*)[^`]+?imports: (.+)$", re.MULTILINE)


def table() -> dict[str, set[str]]:
    """Part by part what architecture.md lets it import."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    return {
        part.strip("/"): {name.strip() for name in allowed.split(",")} - {"nothing"}
        for part, allowed in ROW.findall(text)
    }


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


def part_of(module: str) -> str:
    """The part that a module belongs to: ``explorer/search``, ``explorer/scenario.py``, ``reports``."""
    names = module.split(".")
    if names[0] != "explorer":
        return names[0]
    file = ROOT / "explorer" / f"{names[1]}.py"
    return f"explorer/{names[1]}.py" if file.exists() else f"explorer/{names[1]}"


def imports(file: Path) -> Iterator[tuple[str, bool]]:
    """The modules of ours that a file imports, and whether it does so at once or late, in a function."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    late = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                modules = [alias.name for alias in names]
            case ast.ImportFrom(module=module, level=level):
                assert level == 0, f"{file}: imports are absolute"
                modules = [module or ""]
            case _:
                continue
        yield from ((module, id(node) in late) for module in modules if module.split(".")[0] in TOP)


def files(part: str) -> list[Path]:
    path = ROOT / part
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def test_the_table_lists_every_part() -> None:
    parts = {part_of(module_of(file)) for top in TOP for file in files(top)}
    assert set(table()) == parts - {"explorer/__init__.py"}


@pytest.mark.parametrize("part", table())
def test_a_part_imports_just_what_the_table_says(part: str) -> None:
    found = {part_of(module) for file in files(part) for module, _ in imports(file)} - {part}
    assert {name.removeprefix("explorer/") for name in found} == table()[part]


def test_parts_have_no_circles() -> None:
    order = TopologicalSorter({part.removeprefix("explorer/"): allowed for part, allowed in table().items()})
    assert len(list(order.static_order())) == len(table())


def test_modules_have_no_circles() -> None:
    graph = {module_of(file): {m for m, _ in imports(file)} for top in TOP for file in files(top)}
    graph = {module: imported & set(graph) for module, imported in graph.items()}
    assert len(list(TopologicalSorter(graph).static_order())) == len(graph) > 50


def test_only_the_command_line_and_tests_know_scenarios_and_renderings() -> None:
    for file in files("explorer"):
        outside = [module for module, _ in imports(file) if module.split(".")[0] != "explorer"]
        may = {ROOT / "explorer" / part for part in ("cli", "testing")} & set(file.parents)
        assert not outside or may, f"{file} imports {outside}"


def test_the_command_line_starts_without_the_rest() -> None:
    cli = ROOT / "explorer" / "cli"
    commands = sorted((cli / "commands").glob("*.py"))
    rooms = {module_of(file) for file in commands}
    assert {module for module, late in imports(cli / "main.py") if not late} < rooms
    for file in commands:
        assert {module for module, late in imports(file) if not late} <= rooms | {"explorer.cli.options"}
    assert not list(imports(cli / "options.py"))
