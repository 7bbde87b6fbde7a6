"""However a report file is damaged, reading it gives a report or says what is wrong, nothing else."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable

import pytest

from reports.report import ReportError, decode_report, encode_report
from reports.structure import Report

MUTANTS = 10_000
TOKEN = re.compile(rb'"(?:\\.|[^"\\])*"|-?\d+|\w+|\s+|.', re.DOTALL)
NUMBERS = (b"-1", b"0", b"1", b"2", b"13", b"14", b"1.5", b"1e9", b"-0", b"9223372036854775808", b"7" * 5000, b"null")

Mutation = Callable[[random.Random, list[bytes]], None]


def flip(chance: random.Random, parts: list[bytes]) -> None:
    place = chance.randrange(len(parts))
    changed = bytearray(parts[place])
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    parts[place] = bytes(changed)


def delete(chance: random.Random, parts: list[bytes]) -> None:
    del parts[chance.randrange(len(parts))]


def duplicate(chance: random.Random, parts: list[bytes]) -> None:
    place = chance.randrange(len(parts))
    parts.insert(place, parts[place])


def swap(chance: random.Random, parts: list[bytes]) -> None:
    one, other = chance.randrange(len(parts)), chance.randrange(len(parts))
    parts[one], parts[other] = parts[other], parts[one]


def swap_alike(chance: random.Random, parts: list[bytes]) -> None:
    """Two tokens of one type change places: the text stays sound JSON."""
    place = chance.randrange(len(parts))
    alike = [i for i, part in enumerate(parts) if part[:1].isdigit() == parts[place][:1].isdigit()]
    other = chance.choice(alike)
    parts[place], parts[other] = parts[other], parts[place]


def renumber(chance: random.Random, parts: list[bytes]) -> None:
    numbers = [i for i, part in enumerate(parts) if part.isdigit()]
    parts[chance.choice(numbers)] = chance.choice(NUMBERS)


def rename(chance: random.Random, parts: list[bytes]) -> None:
    names = [i for i, part in enumerate(parts) if part[:1] == b'"']
    parts[chance.choice(names)] = chance.choice((b'"x"', b'""', b'"\x1b"', b'"\\u001b"', b'"\\ud800"', b'"id"', b"7"))


def truncate(chance: random.Random, parts: list[bytes]) -> None:
    del parts[chance.randrange(len(parts)) :]


MUTATIONS: tuple[Mutation, ...] = (flip, delete, duplicate, swap, swap_alike, renumber, rename, truncate)


def outcome(content: bytes) -> str:
    """``read`` or ``refused``; any other exception fails the test."""
    try:
        report = decode_report(content, "r.json")
    except ReportError as error:
        message = str(error)
    else:
        assert isinstance(report, Report)
        return "read"
    assert re.match(r"r\.json: .+\n  .+", message)
    assert not [char for char in message if not char.isprintable() and char != "\n"]
    return "refused"


@pytest.mark.parametrize("name", ["leak", "odd"])
def test_damaged_files_are_read_or_refused(name: str, request: pytest.FixtureRequest) -> None:
    content = encode_report(request.getfixturevalue(name))
    tokens, lines = TOKEN.findall(content), content.splitlines(keepends=True)
    assert b"".join(tokens) == content
    chance = random.Random(name)
    found: Counter[tuple[str, str]] = Counter()
    for number in range(MUTANTS // 2):
        mutation = MUTATIONS[number % len(MUTATIONS)]
        parts = list(lines if mutation in (delete, duplicate, swap) and chance.random() < 0.3 else tokens)
        mutation(chance, parts)
        found[mutation.__name__, outcome(b"".join(parts))] += 1
    # Whitespace can go, and names that nothing else mentions can change; a file cut short is none.
    assert {what for (_mutation, what) in found} == {"read", "refused"}
    for mutation in MUTATIONS:
        assert found[mutation.__name__, "refused"] > MUTANTS // 100
    assert found["truncate", "read"] <= found["truncate", "refused"] // 100
