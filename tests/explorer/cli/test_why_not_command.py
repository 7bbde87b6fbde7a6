"""``sealrace why-not``: its answers but the text of reasons, which tests/reports/forbidden has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import run

MP = """C MP

{}

P0(int *x, int *y)
{
	WRITE_ONCE(*x, 1);
	smp_wmb();
	WRITE_ONCE(*y, 1);
}

P1(int *x, int *y)
{
	int r0;
	int r1;

	r0 = READ_ONCE(*y);
	smp_rmb();
	r1 = READ_ONCE(*x);
}

"""
EXISTS = "exists (1:r0=1 /\\ 1:r1=0)\n"


@pytest.fixture
def mp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mp.litmus"
    path.write_text(MP + EXISTS, encoding="utf-8")
    return path


@pytest.mark.usefixtures("mp")
def test_what_is_allowed_names_the_command_that_shows_it() -> None:
    own = run("why-not", "mp.litmus", "--model", "armv8", "1:r0=0 /\\ 1:r1=0")
    assert own.exit_code == 1
    assert own.output == (
        "MP: armv8 allows 1:r0=0 /\\ 1:r1=0\n\nsealrace survey mp.litmus --model armv8 shows an execution.\n"
    )
    assert run("survey", "mp.litmus", "--model", "armv8").exit_code == 0
    Path("weak.litmus").write_text(MP.replace("smp_rmb();", "") + EXISTS, encoding="utf-8")
    found = run("why-not", "weak.litmus")
    assert found.exit_code == 1
    command = "sealrace litmus weak.litmus --model lkmm --reports out"
    assert found.output == f"MP: lkmm allows 1:r0=1 /\\ 1:r1=0\n\n{command} shows an execution.\n"
    assert "Report out/weak-lkmm.json" in run(*command.split()[1:]).output


@pytest.mark.usefixtures("mp")
def test_an_outcome_that_the_test_does_not_show_is_to_be_put_into_it() -> None:
    found = run("why-not", "mp.litmus", "x=1")
    assert found.exit_code == 1
    assert found.output.endswith("\n\nPut it behind exists in the test to see an execution.\n")


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ("~exists (1:r0=1 /\\ 1:r1=0)", "1:r0=1 /\\ 1:r1=0"),
        ("forall (1:r0=0 \\/ 1:r1=1)", "not (1:r0=0 \\/ 1:r1=1)"),
    ],
)
def test_the_outcome_is_what_the_quantifier_asks_about(mp: Path, condition: str, outcome: str) -> None:
    mp.write_text(f"{MP}{condition}\n", encoding="utf-8")
    found = run("why-not", "mp.litmus")
    assert found.exit_code == 0
    assert found.output.startswith(f"MP: lkmm forbids {outcome}\n\nOne execution would end like this. ")


def test_a_test_without_a_condition_needs_an_outcome(mp: Path) -> None:
    mp.write_text(MP, encoding="utf-8")
    found = run("why-not", "mp.litmus")
    assert found.exit_code == 2
    assert found.stderr.startswith("MP asks about no outcome\n  give one: ")
    assert run("why-not", "mp.litmus", "1:r0=1 /\\ 1:r1=0").exit_code == 0


@pytest.mark.usefixtures("mp")
def test_what_is_no_condition_is_told_with_its_place() -> None:
    found = run("why-not", "mp.litmus", "1:r0=1 && 1:r1=0")
    assert found.exit_code == 2
    assert found.stderr == (
        "OUTCOME:1:15: '&&' cannot be used: in conditions 'and' is /\\\n"
        "    1 | exists 1:r0=1 && 1:r1=0\n"
        "      |               ^^\n"
    )
    assert "there is no thread P7" in run("why-not", "mp.litmus", "7:r0=1").stderr


@pytest.mark.usefixtures("mp")
def test_a_name_that_is_not_there_is_warned_of() -> None:
    found = run("why-not", "mp.litmus", "1:r9=1")
    assert found.exit_code == 0
    assert "warning: P1 has no variable r9 (it has r0, r1): it is 0" in found.stderr
    assert found.stdout.startswith("MP: 1:r9=1 is impossible\n")


def test_a_limit_leaves_it_incomplete(mp: Path) -> None:
    # Two candidates: r2 of an idle thread is 0 or 1.
    mp.write_text(f"{MP}P2(int *x) {{ int r2; r2 = READ_ONCE(*x); }}\n{EXISTS}", encoding="utf-8")
    whole = run("why-not", "mp.litmus")
    assert whole.exit_code == 0
    assert "\n2 executions would end like this. All break the axiom happens-before (" in whole.output
    part = run("why-not", "mp.litmus", "--max-candidates", "1")
    assert part.exit_code == 3
    assert (
        "INCOMPLETE (limit of 1 candidate executions): of those that would end like this 1 was looked at."
        in " ".join(part.output.split())
    )
    stopped = run("why-not", "mp.litmus", "--max-time", "0.000001")
    assert stopped.exit_code == 3
    assert "INCOMPLETE (limit of 1e-06 seconds reached): " in stopped.output


@pytest.mark.usefixtures("mp")
def test_json_has_all_that_the_text_says() -> None:
    found = json.loads(run("why-not", "mp.litmus", "--json").stdout)
    links = found.pop("links")
    assert found == {
        "test": "MP",
        "file": "mp.litmus",
        "model": "lkmm",
        "outcome": "1:r0=1 /\\ 1:r1=0",
        "answer": "forbidden",
        "incomplete": None,
        "witness": None,
        "candidates": 1,
        "in_order": True,
        "axioms": {"happens-before": 1},
        "axiom": {
            "name": "happens-before",
            "file": "lkmm.cat",
            "line": 58,
            "about": "no access happens before itself",
        },
        "shape": "cycle",
        "others": [],
    }
    assert [link["relations"] for link in links] == [["po", "po"], ["rf"], ["po", "po"], ["fr"]]
    assert [(link["from"]["thread"], link["from"]["line"]) for link in links] == [
        ("P0", 7),
        ("P0", 9),
        ("P1", 17),
        ("P1", 19),
    ]
    assert links[3]["to"] == links[0]["from"]
    assert links[0]["from"] == {
        "thread": "P0",
        "access": "store",
        "text": "WRITE_ONCE(*x, 1)",
        "line": 7,
        "location": "x",
        "value": "1",
    }
    allowed = json.loads(run("why-not", "mp.litmus", "1:r0=0", "--json").stdout)
    assert (allowed["answer"], allowed["axiom"], allowed["links"]) == ("allowed", None, [])


def test_a_model_of_ones_own_is_explained_by_its_own_terms(mp: Path) -> None:
    Path("my.cat").write_text(
        "let order = [W] ; po ; [Wmb] ; po ; [W] | rfe | fre | addr\n"
        "let back = fre ; order+\n"
        "empty ([R] ; back ; [R]) & po^-1 as no-way-back\n",
        encoding="utf-8",
    )
    found = run("why-not", "mp.litmus", "--model", "my.cat")
    assert found.exit_code == 0
    assert found.output == (
        "MP: my.cat forbids 1:r0=1 /\\ 1:r1=0\n\n"
        "One execution would end like this. It breaks the axiom no-way-back (my.cat, line 3). In it each of\n"
        "these accesses comes before the next:\n\n"
        "  P0: WRITE_ONCE(*x, 1), line 7\n"
        "      smp_wmb() on line 8 stands between the two stores\n"
        "  P0: WRITE_ONCE(*y, 1), line 9\n"
        "      P1 reads the 1 that P0 has stored\n"
        "  P1: r0 = READ_ONCE(*y), line 17\n"
        "      program order, which my.cat keeps from a load to a later load\n"
        "  P1: r1 = READ_ONCE(*x), line 19\n"
        "      it reads 0, which is older than the 1 that P0 stores\n"
        "  P0: WRITE_ONCE(*x, 1), line 7, again\n"
    )
    Path("must.cat").write_text("~empty rmw as some-update\n", encoding="utf-8")
    demanded = run("why-not", "mp.litmus", "--model", "must.cat")
    assert demanded.exit_code == 0
    assert demanded.output.endswith("In it the\nmodel does not find what it demands:\n\n  rmw is to be not empty\n")


def test_a_scenario_in_place_of_a_test_is_told_how_to_become_one(mp: Path) -> None:
    found = run("why-not", "inflight")
    assert (found.exit_code, found.output) == (
        2,
        "inflight: there is no such file\n"
        "  name a litmus test; to make one of a scenario: sealrace litmus --export SCENARIO -o FILE.litmus\n",
    )
