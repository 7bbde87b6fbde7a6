"""What the author of a scenario can get wrong in it, found before it is explored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from explorer.memory.cat.include import compiled_names, model_names
from explorer.scenario import Scenario

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_CHOICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")

ALL = "all"
"""What stands for every fix, protocol or model on the command line, so that none can have this name."""


def mistake(scenario: Scenario) -> str:
    """The first mistake, and on a second line what to write instead; empty where there is none."""
    return next(_mistakes(scenario), "")


def _mistakes(scenario: Scenario) -> Iterator[str]:
    """Types are looked at too: nobody has to check a file with mypy first."""
    if not isinstance(scenario.name, str) or not _NAME.fullmatch(scenario.name):
        yield f"its name is {scenario.name!r}\n  a name has letters, digits, - and _"
    if not isinstance(scenario.title, str) or not scenario.title.isprintable():
        yield f"title is {scenario.title!r}\n  write a line of text"
    if not isinstance(scenario.text, str) or not "".join(scenario.text.split("\n")).isprintable():
        yield f"text is {scenario.text!r}\n  write text"
    for field in ("fixes", "protocols"):
        yield from _choices(field, getattr(scenario, field))
    for field in ("parameters", "small", "ranges", "driven", "switches", "expected", "expected_small"):
        if not isinstance(getattr(scenario, field), Mapping):
            yield f"{field} is {getattr(scenario, field)!r}\n  write a dictionary: {field}={{...}}"
    for name, allowed in scenario.ranges.items():
        if not isinstance(allowed, range) or not allowed:
            yield f"ranges[{name!r}] is {allowed!r}\n  write a range that has numbers: range(1, 5) is 1 to 4"
    yield from _sizes(scenario)
    for field in ("build", "not_applicable"):
        if not callable(getattr(scenario, field)):
            yield f"{field} is {getattr(scenario, field)!r}\n  write the name of a function"
    for field in ("expected", "expected_small"):
        yield from _declared(scenario, field)


def _choices(field: str, names: object) -> Iterator[str]:
    if isinstance(names, str):
        yield f"{field} is the text {names!r}\n  write a tuple, with a comma: {field}=({names!r},)"
    if not isinstance(names, tuple | list) or not names:
        yield f"{field} is {names!r}\n  write a tuple of one name or more"
        return
    for name in names:
        if not isinstance(name, str) or not _CHOICE.fullmatch(name) or name == ALL:
            yield f"{field} has {name!r}\n  a name has letters, digits, -, _ and ., and '{ALL}' stands for every one"
        if names.count(name) > 1:
            yield f"{field} has {name!r} twice\n  leave one of them out"


def _sizes(scenario: Scenario) -> Iterator[str]:
    for field in ("parameters", "small"):
        for name, value in getattr(scenario, field).items():
            if not isinstance(name, str) or not _CHOICE.fullmatch(name):
                yield f"{field} has {name!r}\n  the name of a size has letters, digits, -, _ and ."
            if type(value) is not int:
                yield f"{field}[{name!r}] is {value!r}\n  a size is a number"
            allowed = scenario.ranges.get(name)
            if allowed is not None and value not in allowed:
                yield f"{field}[{name!r}] is {value}, which ranges does not allow\n  it can be {_ends(allowed)}"
    if set(scenario.small) != set(scenario.parameters):
        yield (
            f"small has {_listed(scenario.small)}, parameters has {_listed(scenario.parameters)}\n"
            "  give both the same sizes"
        )
    for name in scenario.switches:
        if not isinstance(name, str) or not _CHOICE.fullmatch(name) or name in scenario.parameters:
            yield f"switches has {name!r}\n  the name of a switch has letters, digits, -, _ and ., and no size has it"


def _declared(scenario: Scenario, field: str) -> Iterator[str]:
    """What is declared for a fix or a protocol that there is not would never be looked at."""
    for key, names in getattr(scenario, field).items():
        if not isinstance(key, tuple) or len(key) != 3 or not all(isinstance(part, str) for part in key):
            yield f"{field} has {key!r}\n  write (protocol, fix, model): a set of properties"
            return
        protocol, fix, model = key
        if protocol not in scenario.protocols:
            yield f"{field} has {key!r}: there is no protocol {protocol!r}\n  write (protocol, fix, model)"
        if model not in (*model_names(), *compiled_names()) and not _is_path(model):
            yield (
                f"{field} has {key!r}: there is no model {model!r}\n"
                f"  there are {', '.join(model_names())}, or the path of a .cat file as --model has it"
            )
        parts = fix.split("+")
        if any(part not in scenario.fixes for part in parts):
            yield f"{field} has {key!r}: there is no fix {fix!r}\n  write (protocol, fix, model)"
        in_order = [name for name in scenario.fixes[1:] if name in parts]
        if len(parts) > 1 and not scenario.combine:
            yield f"{field} has {key!r}: its fixes do not combine\n  say combine=True"
        elif len(parts) > 1 and parts != in_order:
            yield f"{field} has {key!r}: fixes are named in their order\n  write {'+'.join(in_order)!r}"
        if not isinstance(names, frozenset | set):
            what_next = "write a set of properties: frozenset({'late'}), frozenset() for HOLDS"
            yield f"{field}[{key!r}] is {names!r}\n  {what_next}"


def _is_path(model: str) -> bool:
    """Whether it can be a model of one's own, which need not be there: a ``.cat`` file, or a folder."""
    return model.endswith(".cat") or "/" in model


def _ends(allowed: range) -> str:
    return f"{allowed[0]} to {allowed[-1]}" if allowed else "nothing"


def _listed(names: Mapping[str, int]) -> str:
    return ", ".join(map(str, names)) or "none"
