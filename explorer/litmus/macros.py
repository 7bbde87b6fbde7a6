"""Macro files (``.def``): what the kernel's operations do, in primitives of the memory model.

A macro is an expression (``xchg(X, V) __xchg{mb}(X, V)``) or a body of statements
(``smp_mb() { __fence{mb}; }``), and may use other macros.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from explorer.litmus.expand import Macros
from explorer.litmus.parsed import parsed_macros
from explorer.litmus.source import Source

OPERATIONS = Path(__file__).with_name("operations.def")
"""The file of the operations that Sealrace knows by itself."""

_BUILT_IN = ("atomic_add_unless",)


def parse_macros(source: Source) -> Macros:
    """The macros of a file by name, in its order.

    Raises:
        LitmusError: a syntax error, a name defined twice, a name in a macro that is no parameter of it,
            a macro that uses itself, or a call in one that ``expand`` refuses.
    """
    return {macro.name: macro for macro in parsed_macros(source)}


def macros_of_model(source: Source) -> Macros:
    """The macros of a model's own file, and the operations that herd has without a definition.

    The kernel's Documentation/litmus-tests.txt names these: a file that defines one itself is followed.

    Raises:
        LitmusError: as ``parse_macros`` does.
    """
    defined = parse_macros(source)
    return {**defined, **{name: operations()[name] for name in _BUILT_IN if name not in defined}}


@cache
def operations() -> Macros:
    """The operations that Sealrace knows by itself (``operations.def``)."""
    return parse_macros(Source("explorer/litmus/operations.def", OPERATIONS.read_text(encoding="utf-8")))
