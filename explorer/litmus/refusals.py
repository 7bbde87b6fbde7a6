"""What people write and litmus tests do not have: each with what to write instead."""

from __future__ import annotations

import re

from explorer.litmus.source import LitmusError, Place, Source

_WORD = re.compile(r"[A-Za-z_0-9]+|->|&&|\|\||.", re.DOTALL)
_LOOPS = "loops are not read; write the rounds one after the other"
_JUMPS = "jumps are not read; use if and else"
_MEMBERS = "structures have no members here; give every member a name of its own"
_DIVISION = "division is not read"
_REFUSED = {
    "while": _LOOPS,
    "for": _LOOPS,
    "goto": _JUMPS,
    "return": _JUMPS,
    "break": _JUMPS,
    "continue": _JUMPS,
    "switch": "use if and else",
    "sizeof": "locations have no size",
    "->": _MEMBERS,
    ".": _MEMBERS,
    "/": _DIVISION,
    "%": _DIVISION,
}
_AND, _OR = "'and' is /\\", "'or' is \\/"
_IN_CONDITIONS = {
    "&": _AND,
    "&&": _AND,
    "and": _AND,
    "|": _OR,
    "||": _OR,
    "or": _OR,
    "/": f"{_AND} and {_OR}",
    "\\": f"{_AND} and {_OR}",
    "!": "'not' is ~",
}
_CONDITION = re.compile(r"(?<![A-Za-z0-9_])(exists|forall|filter)(?![A-Za-z0-9_])[^{}]*\Z")
_ASSIGNING = re.compile(r"(\+|-)\1|(<<|>>|[-+*/%&|^])=(?!=)")
_WHOLE_PART = re.compile(r"(?<![A-Za-z0-9_])[0-9]*\Z")
_FRACTION = re.compile(r"\.[0-9]*")


def refusal(source: Source, code: str, start: int, expected: str) -> LitmusError:
    """The error of a text in which what stands at ``start`` cannot; ``expected``, which may be empty, says what can."""
    found = None
    if "{" in code[:start]:  # the name of a test can have any signs
        found = _assigning(source, code, start) or _no_integer(source, code, start)
    if found is not None:
        return found
    if code.startswith("->", start - 1):  # the minus was taken for one
        start -= 1
    word = _WORD.match(code, start)
    assert word
    piece = word.group()
    place = Place(source, start, start + len(piece))
    if not code[:start].strip():
        return LitmusError(f"'{piece}' cannot stand here: the first line is 'C NAME'; only C tests are read", place)
    if piece in _IN_CONDITIONS and _CONDITION.search(code, 0, start):
        return LitmusError(f"'{piece}' cannot be used: in conditions {_IN_CONDITIONS[piece]}", place)
    if piece in _REFUSED:
        return LitmusError(f"'{piece}' cannot be used: {_REFUSED[piece]}", place)
    return LitmusError(f"syntax error: '{piece}' cannot stand here{expected}", place)


def assigning_operator(source: Source, start: int, sign: str) -> LitmusError:
    """The error of ``++``, ``+=`` and their like."""
    operator = sign.rstrip("=") if sign.endswith("=") else sign[0]
    advice = _DIVISION if operator in ("/", "%") else f"write r0 = r0 {operator} 1"
    return LitmusError(f"'{sign}' cannot be used: {advice}", Place(source, start, start + len(sign)))


def _assigning(source: Source, code: str, start: int) -> LitmusError | None:
    """An operator that assigns, of which the parser took the first sign, or all, for something else."""
    behind = len(code[:start].rstrip())
    for begin in (start, start - 1, start - 2, behind - 2):
        sign = _ASSIGNING.match(code, max(0, begin))
        if sign and (sign.end() > start or sign.end() == behind):
            return assigning_operator(source, sign.start(), sign.group())
    return None


def _no_integer(source: Source, code: str, start: int) -> LitmusError | None:
    fraction = _FRACTION.match(code, start)
    whole = _WHOLE_PART.search(code, 0, start)
    if not fraction or not whole or len(fraction.group() + whole.group()) == 1:
        return None
    place = Place(source, whole.start(), fraction.end())
    return LitmusError(f"'{place.text}' is no integer", place)
