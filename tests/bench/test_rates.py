"""How often a run finds the leak: never less than PCT promises, and the figures of the docs."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

from click.testing import CliRunner

from bench.rates import main

DOCS = Path(__file__).parents[2] / "docs" / "strategies.md"


def test_pct_finds_the_leak_no_less_often_than_its_bound() -> None:
    """The seeds are fixed, and with them every figure; the table stands in the docs as it is printed."""
    result = CliRunner().invoke(main)
    assert result.exit_code == 0
    rows = [re.split(r"\s{2,}", line.strip()) for line in result.output.splitlines()[1:]]
    pct = [row for row in rows if row[0].startswith("pct")]
    assert len(pct) == 2
    for _name, runs, found, _rate, bound, _executions in pct:
        assert Fraction(int(found), int(runs.replace(",", ""))) >= Fraction(bound.strip("%")) / 100
    assert f"```\n$ python -m bench.rates\n{result.output}```\n" in DOCS.read_text(encoding="utf-8")
