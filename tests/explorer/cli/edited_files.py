"""Every single edit of a JSON file, and which of them a command accepts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from explorer.errors import InputError
from explorer.execution.execution import Ending
from explorer.execution.kinds import Kind, Tag

Place = tuple[str | int, ...]


def leaves(value: Any, place: Place = ()) -> Iterator[Place]:
    """Where the numbers, texts and words of a JSON value stand."""
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(part, (*place, key))
    else:
        yield place


def containers(value: Any, place: Place = ()) -> Iterator[Place]:
    """Where the objects and lists of a JSON value stand."""
    if isinstance(value, dict | list):
        yield place
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from containers(part, (*place, key))


def at(value: Any, place: Place) -> Any:
    for key in place:
        value = value[key]
    return value


def path_of(place: Place) -> str:
    return "$" + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in place)


ENUMERATIONS = {"kind": Kind, "tag": Tag, "ending": Ending}
OF_NOTHING = {"tag": "once", "location": "x", "value": 1, "interleavings": "1000"}


def other(name: str | int, value: Any) -> Any:
    """Another value of the same type, one that the field can have."""
    if value is None:
        return OF_NOTHING[str(name)]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if name in ENUMERATIONS:
        words = [word.value for word in ENUMERATIONS[str(name)]]
        return words[(words.index(value) + 1) % len(words)]
    return f"1{value}" if value.isdecimal() else f"{value}x"


def edits(original: Any) -> Iterator[tuple[str, Any]]:
    """Every leaf changed, lists cut and reversed, keys renamed and missing."""
    for place in leaves(original):
        edited = deepcopy(original)
        at(edited, place[:-1])[place[-1]] = other(place[-1], at(original, place))
        yield path_of(place), edited
    for place in containers(original):
        part = at(original, place)
        if isinstance(part, list):
            if part:
                edited = deepcopy(original)
                at(edited, place).pop()
                yield f"{path_of(place)} cut", edited
            if part[::-1] != part:
                edited = deepcopy(original)
                at(edited, place).reverse()
                yield f"{path_of(place)} reversed", edited
            continue
        for key in part:
            edited = deepcopy(original)
            del at(edited, place)[key]
            yield f"{path_of((*place, key))} gone", edited
            edited = deepcopy(original)
            at(edited, place)[f"{key}x"] = at(edited, place).pop(key)
            yield f"{path_of((*place, key))} renamed", edited


def refusal(check: Callable[[str], object], name: str) -> str | None:
    try:
        check(name)
    except InputError as error:
        return str(error)
    return None


def accepted(check: Callable[[str], object], name: str, write: Callable[[Any], object], original: Any) -> set[str]:
    """The edits that a command does not refuse; a refusal names the file, and nothing else is ever raised."""
    found = set()
    for what, edited in edits(original):
        write(edited)
        message = refusal(check, name)
        if message is None:
            found.add(what)
        else:
            assert message.startswith(name.partition(":")[0]), what
            assert "\n  " in message, what
    write(original)
    assert refusal(check, name) is None
    return found
