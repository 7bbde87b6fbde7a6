"""Names in names of files: ordinary ones stay as they are, no two become one, and none is too long."""

from __future__ import annotations

from hashlib import sha256

import pytest

from explorer.cli.file_name import in_file_name, label, plain, scenario_in_file_name, stem_of


def short(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:8]


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        ("lingering-page", "lingering-page"),
        ("ring.py:ring", "ring.py-ring"),
        ("examples/toys.py:mail-box", "examples-toys.py-mail-box"),
        ("a/x.py:ring", "a-x.py-ring"),
    ],
)
def test_an_ordinary_scenario_keeps_its_name(scenario: str, expected: str) -> None:
    assert scenario_in_file_name(scenario) == expected


@pytest.mark.parametrize(
    ("scenario", "readable"),
    [
        ("a-x.py:ring", "a-x.py-ring"),  # a/x.py
        ("../a/x.py:ring", "a-x.py-ring"),
        ("/a/x.py:ring", "a-x.py-ring"),
        ("a//x.py:ring", "a-x.py-ring"),
        ("a x.py:ring", "a-x.py-ring"),
        ("\u00fcn\u00ef.py:n", "n-.py-n"),
        ("d/" * 50 + "x.py:ring", ("d-" * 50 + "x.py-ring")[-80:].lstrip("-")),
    ],
)
def test_what_could_be_another_has_a_hash_before_it(scenario: str, readable: str) -> None:
    assert scenario_in_file_name(scenario) == f"{short(scenario)}-{readable}"


@pytest.mark.parametrize("name", ["late", "wrong-item", "v6.9", "a+b", "data-race"])
def test_an_ordinary_name_stays(name: str) -> None:
    assert label(name) == in_file_name(name) == plain(name) == name


@pytest.mark.parametrize(
    ("name", "readable"),
    [
        ("a b", "a-b"),
        ("a/b", "a-b"),
        ("../../x", "x"),
        ("x.", "x"),
        ("late-2", "late-2"),  # the second report of late
        ("flag-data-race", "flag-data-race"),  # what the model flags
        ("e" * 400, "e" * 40),
    ],
)
def test_a_name_that_could_be_another_has_a_hash_behind_it(name: str, readable: str) -> None:
    assert label(name) == f"{readable}-{short(name)}"


def test_a_name_of_nothing_that_can_be_kept_is_its_hash() -> None:
    assert label("") == short("")
    assert label("\u00fc") == short("\u00fc")


def test_a_stem_is_short_and_tells_its_ends_apart() -> None:
    assert stem_of("fresh", "P2", "", "small") == "fresh-P2-small"
    first, second = (stem_of("a" * 80, "b" * 80, end) for end in ("x", "y"))
    assert first != second
    assert len(first) == len(second) == 120 + 9
