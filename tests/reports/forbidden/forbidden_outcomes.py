"""Litmus tests of a few lines, and what ``sealrace why-not`` says of them."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner, Result

from explorer.cli.main import main


def litmus(name: str, threads: tuple[str, ...], exists: str, initial: str = "") -> str:
    """A test whose threads are statements, one a line; a thread takes every location x, y, z, l, s that it names.

    The first statement of P0 stands in line 7, where nothing is declared.
    """
    lines = [f"C {name}", "", f"{{{initial}}}", ""]
    for number, body in enumerate(threads):
        statements = [statement.strip() for statement in body.strip().splitlines()]
        kinds = {"l": "spinlock_t", "s": "struct srcu_struct", "p": "int *"}
        named = [name for name in "xyzlsp" if re.search(rf"\b{name}\b", body)]
        parameters = ", ".join(f"{kinds.get(each, 'int')} *{each}" for each in named)
        registers = list(dict.fromkeys(re.findall(r"^\s*(?:int \*)?(r\d) =", body, re.MULTILINE)))
        lines += [f"P{number}({parameters})", "{"]
        lines += [f"\tint {register};" for register in registers if f"*{register}" not in body]
        lines += [f"\tint *{register};" for register in registers if f"*{register}" in body]
        lines += [*(f"\t{statement}" for statement in statements), "}", ""]
    return "\n".join([*lines, f"exists ({exists})", ""])


def why_not(folder: Path, test: str, *arguments: str) -> Result:
    """What the command does with a test."""
    path = folder / "test.litmus"
    path.write_text(test, encoding="utf-8")
    return CliRunner().invoke(main, ["why-not", str(path), *arguments])
