"""The words of every mistake that a model file can hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.memory.cat.source import CatError
from explorer.memory.model import load_model

STATEMENT = "a new statement (let, acyclic, irreflexive, empty, flag, with, include, show)"


def mistake(tmp_path: Path, text: str) -> str:
    """The error for a file ``my.cat`` with this text, paths shortened to names."""
    path = tmp_path / "my.cat"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatError, match=r"my\.cat") as caught:
        load_model(str(path))
    return str(caught.value).replace(f"{tmp_path}/", "")


def test_an_unknown_relation_that_is_two_names_in_one(tmp_path: Path) -> None:
    assert mistake(tmp_path, "\n\nacyclic porf | co as order\n") == (
        "my.cat:3:9: unknown relation 'porf'\n"
        "    3 | acyclic porf | co as order\n"
        "      |         ^^^^\n"
        "  defined here: po, rf, co, addr, data, ctrl, ..., coi, fre, fri, po-loc. Did you mean 'po | rf'?"
    )


def test_a_misspelt_statement_is_told_where_it_stands(tmp_path: Path) -> None:
    """To the parser it goes on with the line before; what cannot stand where it stands is ``as``."""
    assert mistake(tmp_path, "let com = rf | co | fr\nacylic po | com as sc\n") == (
        "my.cat:2:1: syntax error: 'acylic' begins no statement\n"
        "    2 | acylic po | com as sc\n"
        "      | ^^^^^^\n"
        "  did you mean 'acyclic'?"
    )
    # A name that the file defines is none.
    named = "let shows = po\nacyclic\n  shows as as\n"
    assert mistake(tmp_path, named).startswith("my.cat:3:12: syntax error: 'as' cannot stand here, expected a name")


def test_an_unknown_set_with_a_small_slip(tmp_path: Path) -> None:
    assert mistake(tmp_path, "let wmbs = Wmb\nlet f = po ; [mb] ; po") == (
        "my.cat:2:15: unknown set 'mb'\n"
        "    2 | let f = po ; [mb] ; po\n"
        "      |               ^^\n"
        "  defined here: R, W, IW, F, LKR, LKW, ..., M, RMW, emptyset, wmbs. Did you mean 'Mb'?"
    )


def test_an_unknown_name_of_which_nothing_is_close(tmp_path: Path) -> None:
    assert mistake(tmp_path, "let a = xyzzy") == (
        "my.cat:1:9: unknown name 'xyzzy'\n"
        "    1 | let a = xyzzy\n"
        "      |         ^^^^^\n"
        "  defined here: po, rf, co, addr, data, ctrl, ..., fre, fri, po-loc, emptyset."
    )


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("let a = ", "1:7", "syntax error: the file ends here, expected an expression"),
        ("acyclic (po | rf", "1:16", "syntax error: the file ends here, expected an operator, ',' or ')'"),
        ("let = po", "1:5", "syntax error: '=' cannot stand here, expected a name"),
        ("acyclic po as as", "1:15", "syntax error: 'as' cannot stand here, expected a name"),
        ("include tso", "1:9", "syntax error: 'tso' cannot stand here, expected a string"),
        ("flag po", "1:6", "syntax error: 'po' cannot stand here, expected acyclic, irreflexive or empty"),
        ("let a po", "1:8", "syntax error: the file ends here, expected '='"),
        ("let a = [R", "1:10", "syntax error: the file ends here, expected an operator or ']'"),
        ("let a = po % rf", "1:12", "unexpected character '%'"),
        ("let a = (* po (* *)", "1:9", "this comment is never closed"),
        ("let a = match b", "1:9", "'match' is part of cat, but not supported yet"),
        ("let a = fun x -> x", "1:9", "'fun' is part of cat, but not supported yet"),
        ("procedure p() = let a = po end", "1:1", "'procedure' is part of cat, but not supported yet"),
        ("call p(po)", "1:1", "'call' is part of cat, but not supported yet"),
        ("let a = if b then c else d", "1:9", "'if' is part of cat, but not supported yet"),
        ("let a = tag2set('once)", "1:17", "'once' is part of cat, but not supported yet"),
        ("let a = tag2set(R)", "1:9", "'tag2set' is part of cat, but not supported yet"),
        ("let a = try tag2set(R) with R", "1:13", "'tag2set' is part of cat, but not supported yet"),
        ("let a = b in c", "1:11", f"syntax error: 'in' cannot stand here, expected an operator or {STATEMENT}"),
        ("let a = let b = po acyclic b", "1:20", "syntax error: 'acyclic' cannot stand here, expected an operator"),
        ("let a = try po", "1:14", "syntax error: the file ends here, expected an operator"),
        ("with x from po; acyclic x", "1:17", "syntax error: 'acyclic' cannot stand here, expected an expression"),
        ("with x from domain", "1:13", "'domain' is a function and needs an argument: domain(...)"),
        ("let f e = let g() = e in e", "1:17", "syntax error: ')' cannot stand here, expected a name"),
        ("let a = cross(po)", "1:15", "expected a set of sets of relations, but 'po' is a relation"),
        ("let a = cross({po})", "1:15", "expected a set of sets of relations, but '{po}' is a set of relations"),
        ("let a = map f R", "1:13", "unknown name 'f'"),
        ("let a = map R R", "1:13", "'map' needs a function, but 'R' is none"),
        ("let a = map toid R", "1:18", "expected a set, but 'R' is an event"),
        ("let a = R ++ W", "1:14", "expected a set of sets, but 'W' is a set"),
        ("let a = {R, po}", "1:13", "expected a set, but 'po' is a relation"),
        ("let a = ~{R}", "1:10", "expected a relation, but '{R}' is a set of sets"),
        ("let f e = e | e let a = map f R", "1:11", "expected a set, but 'e' is an event"),
        ("acyclic (po, rf)", "1:9", "expected a relation, but '(po, rf)' is a tuple"),
        ("let t = (po, rf) let a = t po", "1:26", "'t' is a tuple, not a function"),
        ("let (a, b) = R", "1:14", "this is no tuple of 2"),
        ("let (a, b) = (po, rf, co)", "1:14", "this is no tuple of 2"),
        ("let rec (a, b) = (po, rf)", "1:9", "recursive tuples are part of cat, but not supported yet"),
        ("let rec f(x) = x", "1:9", "recursive functions are part of cat, but not supported yet"),
        ("enum A = 'once || 'twice", "1:19", "no event carries the tag 'twice'"),
        ("instructions B[{'once}]", "1:1", "there are no events for instructions 'B'"),
        ("instructions R[{'once, 'twice}]", "1:24", "no event carries the tag 'twice'"),
        ("instructions R[Accesses]", "1:16", "no enumeration 'Accesses' is declared above"),
        ("acyclic W", "1:9", "expected a relation, but 'W' is a set"),
        ("let a = po | W", "1:14", "expected a relation, but 'W' is a set"),
        ("let a = [po ; rf]", "1:10", "expected a set, but 'po ; rf' is a relation"),
        ("let a = domain(R)", "1:16", "expected a relation, but 'R' is a set"),
        ("let a = po * R", "1:9", "expected a set, but 'po' is a relation"),
        ("let a = domain ; po", "1:9", "'domain' is a function and needs an argument: domain(...)"),
        ("let a = po(rf)", "1:9", "'po' is a relation, not a function"),
        ("let a = domain(po) (rf)", "1:9", "'domain(po)' is a set, not a function"),
        ("let a = domain(po, rf)", "1:9", "'domain' takes 1 argument, but 2 are given"),
        ("let f(x, y) = x ; y let a = f(po)", "1:29", "'f' takes 2 arguments, but 1 is given"),
        ("let f(x) = x ; nothing", "1:16", "unknown name 'nothing'"),
        ("let before = R", "1:5", "'before' is the order in which accesses take effect: a relation, not a set"),
        ("acyclic po as a\nempty rf as a", "2:1", "a second check named 'a'"),
        ('include "other.cat"', "1:1", "include file 'other.cat' not found"),
        ('include "my.cat"', "1:1", "files include each other: my.cat includes my.cat"),
    ],
)
def test_a_mistake_is_said_with_its_place(tmp_path: Path, text: str, place: str, message: str) -> None:
    assert mistake(tmp_path, text).splitlines()[0] == f"my.cat:{place}: {message}"


def test_control_characters_are_shown_as_escapes(tmp_path: Path) -> None:
    assert mistake(tmp_path, "let a = [po(* \x1b[2J *)] ; rf") == (
        "my.cat:1:10: expected a set, but 'po' is a relation\n"
        "    1 | let a = [po(* \\x1b[2J *)] ; rf\n"
        "      |          ^^\n"
        "  domain(r) and range(r) are the sets of the left and right ends of a relation r"
    )
    assert mistake(tmp_path, '(* \x1b *) include "\x1b[2J"').splitlines()[:3] == [
        "my.cat:1:9: include file '\\x1b[2J' not found",
        '    1 | (* \\x1b *) include "\\x1b[2J"',
        "      |            ^^^^^^^^^^^^^^^^^",
    ]


def test_of_a_long_line_the_part_around_the_mistake_is_shown(tmp_path: Path) -> None:
    text = f"let a = {'po | ' * 100}nothing{' | po' * 100}"
    line, marks = mistake(tmp_path, text).splitlines()[1:3]
    assert line == f"    1 | ...{text[458:558]}..."
    assert line[marks.index("^") : marks.rindex("^") + 1] == "nothing"


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"], ids=["long", "nul"])
def test_names_that_no_file_can_have(tmp_path: Path, name: str) -> None:
    assert "not found" in mistake(tmp_path, f'include "{name}"')


def test_declarations_say_what_they_expect(tmp_path: Path) -> None:
    assert "'po' cannot stand here, expected '||' or a tag ('once)\n" in mistake(tmp_path, "enum A = po")
    assert "'po' cannot stand here, expected a tag ('once)\n" in mistake(tmp_path, "instructions R[{po}]")
    assert "'po' cannot stand here, expected 'from'\n" in mistake(tmp_path, "with x po")
    assert "'po' cannot stand here, expected '['\n" in mistake(tmp_path, "instructions R po")


def test_a_mistake_inside_a_function_names_the_call(tmp_path: Path) -> None:
    assert mistake(tmp_path, "let f(x) = x ; po\nlet a = f(R)\n") == (
        "my.cat:1:12: expected a relation, but 'x' is a set\n"
        "    1 | let f(x) = x ; po\n"
        "      |            ^\n"
        "  [x] is the relation of each member with itself\n"
        "  in the call of 'f' at my.cat:2:9"
    )


def test_a_mistake_in_an_included_file_is_shown_there(tmp_path: Path) -> None:
    (tmp_path / "part.cat").write_text("\nlet a = R ; po\n", encoding="utf-8")
    assert mistake_in_part(tmp_path).startswith("part.cat:2:9: expected a relation, but 'R' is a set\n")


def mistake_in_part(tmp_path: Path) -> str:
    path = tmp_path / "my.cat"
    path.write_text('include "part.cat"\n', encoding="utf-8")
    with pytest.raises(CatError, match="expected a relation") as caught:
        load_model(str(path))
    return str(caught.value).replace(f"{tmp_path}/", "")


def test_two_files_that_include_each_other(tmp_path: Path) -> None:
    (tmp_path / "a.cat").write_text('include "b.cat"', encoding="utf-8")
    (tmp_path / "b.cat").write_text('include "a.cat"', encoding="utf-8")
    with pytest.raises(CatError, match="include each other") as caught:
        load_model(str(tmp_path / "a.cat"))
    message = str(caught.value).replace(f"{tmp_path}/", "")
    assert message.splitlines()[0] == "b.cat:1:1: files include each other: a.cat includes b.cat includes a.cat"


def test_a_model_that_does_not_exist() -> None:
    with pytest.raises(CatError, match="no memory model 'power'") as caught:
        load_model("power")
    assert str(caught.value) == (
        "no memory model 'power'\n"
        "  a model is one of sc, tso, pso, armv8 (each also with +compiler), lkmm, "
        "or the path of a .cat file or of a kernel's tools/memory-model"
    )
