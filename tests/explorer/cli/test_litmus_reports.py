"""Reports of ``sealrace litmus``: what they are of, what they say and mark; they replay, and edited ones do not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from command_line import run
from edited_files import accepted

from explorer.cli.replay import replay_report

MP = """C MP
{{}}
P0(int *x, int *y) {{ WRITE_ONCE(*x, 1); WRITE_ONCE(*y, 1); }}
P1(int *x, int *y)
{{
	int r0 = READ_ONCE(*y);
	int r1 = READ_ONCE(*x);
}}
{final}
"""
CYCLE = "No order of all accesses explains it: each edge of the path comes before the next."
ORDER = "Some order of all accesses explains it."


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def report_of(final: str, text: str = MP, model: str = "lkmm") -> str:
    """The report of a test with this condition, as text; empty if none is written."""
    Path("mp.litmus").write_text(text.format(final=final), encoding="utf-8")
    result = run("litmus", "--model", model, "--reports", "out", "mp.litmus")
    assert result.exit_code == 0
    report = f"out/mp-{model}.json"
    if not Path(report).exists():
        return ""
    assert result.output.splitlines()[-2] == f"Report {report}"
    replayed = run("replay", report)
    assert replayed.exit_code == 0, replayed.output
    assert replayed.output.endswith(f"(mp.litmus, model {model})\n")
    return run("graph", report).output


def sentence_of_the_report() -> str:
    return str(json.loads(Path("out/mp-lkmm.json").read_text(encoding="utf-8"))["property"]["sentence"])


def marked(text: str) -> list[str]:
    """The accesses that bear the mark, from the schedule."""
    schedule = text.split("\n\n")[2]
    return re.findall(r"^>.*\*  +(.*?)  .*<- condition$", schedule, re.MULTILINE)


@pytest.mark.parametrize(
    ("final", "verdict", "sentence", "marks"),
    [
        (
            "exists (1:r0=1 /\\ 1:r1=0)",
            "WITNESS: exists",
            f"1:r0=1 /\\ 1:r1=0 holds at the end. {CYCLE}",
            ["reads y = 1", "reads x = 0"],
        ),
        (
            "~exists (1:r0=1 /\\ 1:r1=0)",
            "COUNTEREXAMPLE: ~exists",
            f"1:r0=1 /\\ 1:r1=0 holds at the end. {CYCLE}",
            ["reads y = 1", "reads x = 0"],
        ),
        (
            "forall (1:r0=0 \\/ 1:r1=1)",
            "COUNTEREXAMPLE: forall",
            f"1:r0=0 \\/ 1:r1=1 does not hold at the end, where 1:r0=1, 1:r1=0. {CYCLE}",
            ["reads y = 1", "reads x = 0"],
        ),
        ("exists (x=1 /\\ 1:r0=0)", "WITNESS: exists", f"[x]=1 /\\ 1:r0=0 holds at the end. {ORDER}", None),
        (
            "locations [y] exists (1:r1=1)",
            "WITNESS: exists",
            f"1:r1=1 holds at the end, where [y]=1. {ORDER}",
            ["reads x = 1"],
        ),
    ],
)
def test_what_a_report_is_of(final: str, verdict: str, sentence: str, marks: list[str] | None) -> None:
    text = report_of(final)
    first = text.splitlines()[0]
    assert first.split("  ")[0] == "mp.litmus, model lkmm"
    assert first.endswith(f"  {verdict}")
    assert sentence_of_the_report() == sentence
    assert sorted(marked(text)) == sorted(["x 0 -> 1", "reads y = 0"] if marks is None else marks)


@pytest.mark.parametrize("final", ["exists (1:r0=2)", "~exists (1:r0=2)", "forall (1:r0=1 \\/ 1:r0=0)"])
def test_there_is_no_report_where_nothing_is_to_be_shown(final: str) -> None:
    assert report_of(final) == ""


def test_a_counterexample_of_last_writes_marks_the_last() -> None:
    text = "C co\n{{}}\nP0(int *x) {{ WRITE_ONCE(*x, 1); }}\nP1(int *x) {{ WRITE_ONCE(*x, 2); }}\n{final}\n"
    report = report_of("forall (x=2)", text)
    assert sentence_of_the_report() == f"[x]=2 does not hold at the end, where [x]=1. {ORDER}"
    assert "\n2 executions explored, all of them; 1 counterexample\n" in report
    assert marked(report) == ["x 2 -> 1"]


def test_a_register_is_marked_at_the_reads_that_its_value_is_made_of() -> None:
    text = """C sum
{{ x=1; y=2; }}
P0(int *x, int *y)
{{
	int r0 = READ_ONCE(*x);
	int r1 = READ_ONCE(*y);
	int r2 = r0 + r1;
	int r3 = 7;
	r1 = 5;
}}
{final}
"""
    assert marked(report_of("exists (0:r2=3)", text)) == ["reads x = 1", "reads y = 2"]
    assert marked(report_of("exists (0:r0=1 /\\ 0:r1=5 /\\ 0:r3=7 /\\ y=2)", text)) == ["reads x = 1"]


def test_the_page_says_the_same() -> None:
    report_of("exists (1:r0=1 /\\ 1:r1=0)")
    page = Path("out/mp-lkmm.html").read_text(encoding="utf-8")
    assert "<title>exists: mp.litmus, model lkmm</title>" in page
    heading = '<span class="word witness">WITNESS: exists</span> <span class="soft">mp.litmus, model lkmm</span>'
    assert heading in page
    assert "\nsealrace litmus --model lkmm mp.litmus</pre>" in page
    assert '<div class="soft">4 executions explored, all of them; 1 witness</div>' in page
    assert "<dt>executions that show exists</dt><dd>1</dd>" in page
    for word in ("fix none", "protocol", "sealrace explore", "unroll", "VIOLATED", "why it is a violation"):
        assert word not in page.partition("</style>")[2]


def test_a_file_of_any_name_has_a_report_that_replays() -> None:
    Path("note.txt").write_text(MP.format(final="exists (1:r0=1)"), encoding="utf-8")
    assert run("litmus", "--reports", "out", "note.txt").exit_code == 0
    (report,) = Path("out").glob("*.json")
    assert run("replay", str(report)).exit_code == 0


def test_a_test_that_has_gone_is_named() -> None:
    report_of("exists (1:r0=1)")
    Path("mp.litmus").unlink()
    result = run("replay", "out/mp-lkmm.json")
    assert (result.exit_code, result.stderr) == (
        2,
        "out/mp-lkmm.json: mp.litmus: cannot be read: No such file or directory\n"
        "  the test has changed: run it again with --reports\n",
    )


# What one execution does not tell: who found it, how many there are, and (below) how many of the kind.
NOT_DETERMINED = {"$.tool", "$.search.executions", "$.search.complete", "$.token gone", "$.allowed_by gone"}


@pytest.mark.parametrize(
    ("quantifier", "condition"), [("exists", "(1:r0=1)"), ("~exists", "(1:r0=1)"), ("forall", "(1:r0=0)")]
)
def test_every_field_of_a_report_is_checked(quantifier: str, condition: str) -> None:
    text = "C t\n{{}}\nP0(int *x) {{ WRITE_ONCE(*x, 1); }}\nP1(int *x) {{ int r0 = READ_ONCE(*x); }}\n{final}\n"
    report_of(f"{quantifier} {condition}", text, "tso")
    report = Path("out/mp-tso.json")
    original = json.loads(report.read_text(encoding="utf-8"))
    assert original["property"]["name"] == quantifier
    write = lambda edited: report.write_text(json.dumps(edited), encoding="utf-8")  # noqa: E731
    undetermined = NOT_DETERMINED | {f"$.search.violating.{quantifier}"}
    assert accepted(replay_report, str(report), write, original) == undetermined


def write(path: str) -> str:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(MP.format(final="exists (1:r0=1)"), encoding="utf-8")
    return path


def reports(*arguments: str) -> list[str | None]:
    """The reports that are written, below their folder."""
    result = run("litmus", "--json", "--jobs", "1", "--reports", "out", *arguments)
    assert result.exit_code == 0
    found = [json.loads(line)["report"] for line in result.stdout.splitlines()]
    for report in found:
        assert Path(report).exists()
        assert Path(report).with_suffix(".html").exists()
    return [report.removeprefix("out/") for report in found]


def test_a_folder_that_cannot_be_made_is_told_with_the_option_that_names_it(folder: Path) -> None:
    (folder / "out").write_text("a file", encoding="utf-8")
    result = run("litmus", "--reports", "out/x", "b")
    assert result.exit_code == 2
    assert result.stderr.endswith("out/x: cannot write there: Not a directory\n  name another folder with --reports\n")


def test_reports_of_equally_named_files_stand_beside_each_other(folder: Path) -> None:
    a, b, note = write("a/x/mp.litmus"), write("b/x/mp.litmus"), write("b/x/mp.txt")
    assert reports(a) == ["mp-lkmm.json"]
    assert reports("b") == ["x/mp-lkmm.json"]
    assert reports("b/x", note) == ["mp-lkmm.json", "mp.txt-lkmm.json"]
    assert reports(".") == ["a/x/mp-lkmm.json", "b/x/mp-lkmm.json"]
    assert reports("a", "b") == ["a/x/mp-lkmm.json", "b/x/mp-lkmm.json"]
    assert reports(a, b) == ["a/x/mp-lkmm.json", "b/x/mp-lkmm.json"]
    assert reports("a", str(folder / a), "b/../a/x") == ["x/mp-lkmm.json"]


def test_json_has_no_report_where_there_is_none_and_no_old_one_is_left() -> None:
    write("mp.litmus")
    assert reports("mp.litmus") == ["mp-lkmm.json"]
    Path("mp.litmus").write_text(MP.format(final="exists (1:r0=2)"), encoding="utf-8")
    for arguments in (("--reports", "out"), ()):
        answer = json.loads(run("litmus", "--json", *arguments, "mp.litmus").stdout)
        assert list(answer)[-1] == "report"
        assert answer["report"] is None
    assert list(Path("out").iterdir()) == []
