"""Scenarios of installed packages: entry points of the group ``sealrace.scenarios``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Run
from scenario_files import ONE, TOYS

MORE = """
from dataclasses import replace
TOYS = replace(MAILBOX, name="parcel"), replace(ENDLESS, name="many")
"""

PROGRAM = Path(__file__).with_name("toy_program.py")


def install(site: Path, package: str, points: dict[str, str], text: str) -> None:
    """Lay a package out as pip does: its module, and beside it what it says of itself."""
    site.mkdir(exist_ok=True)
    (site / f"{package}.py").write_text(text, encoding="utf-8")
    about = site / f"{package}-1.0.dist-info"
    about.mkdir()
    name = package.replace("_", "-")
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    lines = ["[sealrace.scenarios]", *(f"{point} = {package}:{value}" for point, value in points.items())]
    (about / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture
def site(sealrace: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages; what they have brought into this process goes again."""
    folder = tmp_path / "site"
    monkeypatch.syspath_prepend(folder)
    before = set(sys.modules)
    yield folder
    for name in set(sys.modules) - before:
        if name.startswith("acme"):
            del sys.modules[name]


def test_a_package_offers_a_scenario(sealrace: Run, site: Path) -> None:
    install(site, "acme_rings", {"ring": "RING"}, ONE)
    result = sealrace("explore", "ring", "--model", "sc")
    assert (result.exit_code, result.output.splitlines()[0]) == (0, "ring, fix none, protocol plain, model sc: HOLDS")
    header = json.loads(Path("out/ring-plain-none-sc.run.jsonl").read_text().splitlines()[0])
    assert header["scenario"] == "ring"
    assert sealrace("survey", "ring").exit_code == 0
    assert sealrace("litmus", "--export", "ring").output.startswith("C ring-none\n")
    assert sealrace("list", "ring").output.startswith("ring            one store\n")
    assert json.loads(sealrace("list", "ring", "--json").output)["package"] == "acme-rings 1.0"
    assert json.loads(sealrace("list", "mailbox", "--json").output)["package"] is None


def test_its_reports_replay(sealrace: Run, site: Path) -> None:
    install(
        site,
        "acme_toys",
        {"toys": "TOYS"},
        f"{TOYS}\n{MORE}",
    )
    assert sealrace("explore", "parcel", "--model", "pso").exit_code == 1
    assert sealrace("replay", "out/parcel-P2-none-pso-leak.json").exit_code == 0
    assert sealrace("replay", "out/parcel-P2-none-pso.run.jsonl:1").exit_code == 0


@pytest.mark.parametrize(
    "offered",
    ["(RING, replace(RING, name='ring-2'))", "[RING, replace(RING, name='ring-2')]", "make"],
)
def test_an_entry_point_may_lead_to_several_or_to_a_function(sealrace: Run, site: Path, offered: str) -> None:
    text = f"""{ONE}
from dataclasses import replace

def make():
    return [RING, replace(RING, name='ring-2')]

OFFERED = {offered}
"""
    install(site, "acme_rings", {"rings": "OFFERED"}, text)
    for name in ("ring", "ring-2"):
        assert sealrace("explore", name, "--model", "sc").exit_code == 0


def test_they_are_listed_after_the_others_with_their_package(sealrace: Run, site: Path) -> None:
    install(site, "acme_rings", {"ring": "RING"}, ONE)
    found = [json.loads(line) for line in sealrace("list", "--json").stdout.splitlines()]
    assert [(each["scenario"], each["package"]) for each in found] == [
        ("mailbox", None),
        ("endless", None),
        ("v4", None),
        ("ring", "acme-rings 1.0"),
    ]
    assert "                package    acme-rings 1.0\n" in sealrace("list").output


def test_the_matrix_has_them_where_they_are_named(sealrace: Run, site: Path) -> None:
    install(site, "acme_rings", {"ring": "RING"}, ONE)
    named = sealrace(
        "matrix", "--scenario", "ring", "--scenario", "mailbox", "--fix", "none", "--model", "sc", "--jobs", "1"
    )
    assert named.exit_code == 1
    assert named.output.index(" mailbox, protocol P2") < named.output.index(" ring, protocol plain")
    for rest in ((), ("--scenario", "all")):
        result = sealrace("matrix", *rest, "--fix", "fenced", "--model", "sc", "--jobs", "1")
        assert "mailbox" in result.output
        assert "ring" not in result.output


def test_a_name_that_nothing_has_lists_theirs(sealrace: Run, site: Path) -> None:
    install(site, "acme_rings", {"ring": "RING"}, ONE)
    result = sealrace("explore", "rings")
    assert (result.exit_code, result.output) == (
        2,
        "unknown scenario 'rings'\n  there are: mailbox, endless, v4, ring\n",
    )
    result = sealrace("matrix", "--scenario", "v4")
    assert (result.exit_code, result.output) == (2, "unknown scenario 'v4'\n  there are: mailbox, endless, ring\n")


BROKEN = [
    ("import nosuchmodule\n", "ModuleNotFoundError: No module named 'nosuchmodule'"),
    ("1 / 0\n", "ZeroDivisionError: division by zero"),
    ("raise SystemExit(0)\n", "SystemExit: 0"),
    ("x = 1\n", "AttributeError: module 'acme_broken' has no attribute 'OFFERED'"),
    ("OFFERED = 'ring'\n", "acme_broken:OFFERED gives str, no Scenario"),
    ("def OFFERED():\n    return None\n", "acme_broken:OFFERED gives NoneType, no Scenario"),
    (
        ONE.replace('"none", "fenced"', "") + "OFFERED = RING\n",
        "fixes is ()\n  write a tuple of one name or more".replace("\n ", ";"),
    ),
]


@pytest.mark.parametrize(("text", "reason"), BROKEN, ids=[reason[:40] for _, reason in BROKEN])
def test_a_broken_package_stops_no_other(sealrace: Run, site: Path, text: str, reason: str) -> None:
    install(site, "acme_broken", {"broken": "OFFERED"}, text)
    install(site, "acme_rings", {"ring": "RING"}, ONE)
    warning = f"package acme-broken 1.0: entry point broken: {reason}\n"
    result = sealrace("list")
    assert (result.exit_code, result.stderr) == (0, f"warning: {warning}")
    assert "\nring " in result.stdout
    result = sealrace("explore", "ring", "--model", "sc")
    assert (result.exit_code, result.stderr) == (0, "")
    result = sealrace("explore", "broken")
    assert (result.exit_code, result.output) == (2, f"{warning}  mend the package, or uninstall it\n")
    result = sealrace("explore", "nosuch")
    assert (result.exit_code, result.output) == (
        2,
        f"warning: {warning}unknown scenario 'nosuch'\n  there are: mailbox, endless, v4, ring\n",
    )


def test_two_packages_with_one_name_are_both_named(sealrace: Run, site: Path) -> None:
    install(site, "acme_rings", {"ring": "RING"}, ONE)
    install(site, "acme_more", {"more": "RING"}, ONE)
    result = sealrace("explore", "ring")
    assert (result.exit_code, result.output) == (
        2,
        "scenario 'ring' is offered by package acme-more 1.0 and by package acme-rings 1.0\n"
        "  uninstall what is not wanted\n",
    )
    result = sealrace("list")
    assert result.exit_code == 0
    assert result.stderr == "".join(
        f"warning: package {name} 1.0: scenario 'ring' cannot be had by its name: it is offered more than once\n"
        for name in ("acme-more", "acme-rings")
    )
    assert "\nring " not in result.stdout


def test_what_comes_with_sealrace_keeps_its_name(sealrace: Run, site: Path) -> None:
    install(
        site,
        "acme_toys",
        {"mailbox": "RING", "v4": "CLASSIC"},
        ONE.replace('"ring"', '"mailbox"')
        + """
from dataclasses import replace
CLASSIC = replace(RING, name="v4")
""",
    )
    assert "fenced, waits" in sealrace("list", "mailbox").output
    result = sealrace("list")
    assert result.stderr == "".join(
        f"warning: package acme-toys 1.0: scenario '{name}' cannot be had by its name: Sealrace itself has one\n"
        for name in ("mailbox", "v4")
    )
    assert sealrace("matrix", "--scenario", "v4").exit_code == 2


def test_worker_processes_find_them_too(tmp_path: Path, site: Path) -> None:
    install(
        site,
        "acme_toys",
        {"toys": "TOYS"},
        f"{TOYS}\n{MORE}",
    )
    found = []
    for jobs in "12":
        folder = tmp_path / jobs
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, str(PROGRAM), "explore", "many", "--param", "writers=4", "--model", "sc", "--jobs", jobs],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(site)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (1, "")
        found.append({path.name: path.read_bytes() for path in sorted((folder / "out").glob("*.jsonl"))})
    assert found[0] == found[1]
    assert found[0]


@pytest.mark.parametrize(("name", "looked"), [("mailbox", "False"), ("nosuch", "True")])
def test_packages_are_looked_at_only_for_names_that_are_not_known(tmp_path: Path, name: str, looked: str) -> None:
    program = f"""
import atexit, sys
sys.path.insert(0, {str(PROGRAM.parent)!r})
import toy_program
atexit.register(lambda: print("explorer.cli.installed" in sys.modules))
toy_program.main(["explore", {name!r}, "--model", "sc"])
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == looked, done.stderr
