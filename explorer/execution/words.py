"""Rows of machine words: the form that relations have in compiled code.

A row of a relation over n events takes ``width`` words of 62 bits: all words are positive
numbers then, so that ``w & -w`` and shifts mean what they mean for integers without end.
Sets stay integers.

In compiled code a literal that is shifted is a C int of 32 bits, so single bits are looked up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

WORD: Final = 62
"""Bits of a word."""

MASK: Final = (1 << 62) - 1

DEBRUIJN: Final = 0x03F79D71B4CB0A89
"""Times a power of two its upper six bits tell which power it is (a de Bruijn sequence)."""


def _bits() -> vec[i64]:
    """The powers of two."""
    bits = vec[i64]([0] * WORD)
    bit: i64 = 1
    for place in range(WORD):
        bits[place] = bit
        bit += bit
    return bits


def _places(bits: vec[i64]) -> vec[i64]:
    """The place of a bit, by the upper six bits of its product with the de Bruijn sequence."""
    places = vec[i64]([0] * 64)
    for place in range(WORD):
        places[bits[place] * DEBRUIJN >> 58 & 63] = place
    return places


BITS: Final = _bits()
PLACES: Final = _places(BITS)


class Packed:
    """A relation over ``size`` events: word w of row i is ``words[i * width + w]``. Never changed once made."""

    __slots__ = ("size", "width", "words")

    def __init__(self, size: i64, width: i64, words: vec[i64]) -> None:
        self.size = size
        self.width = width
        self.words = words


# ---- from plain values and back


def zeros(count: i64) -> vec[i64]:
    """So many words without a bit."""
    zero: i64 = 0
    return vec[i64]([zero] * count)


def words_of(events: int, width: i64) -> vec[i64]:
    """A set as words."""
    words = zeros(width)
    for word in range(width):
        words[word] = events & MASK
        events >>= WORD
    return words


def set_of(words: vec[i64]) -> int:
    """Words as a set."""
    events: int = 0
    count: i64 = len(words)
    for word in range(count - 1, -1, -1):
        part: int = words[word]
        events = events << WORD | part
    return events


def empty(size: i64) -> Packed:
    """The relation with no pairs."""
    width = (size + WORD - 1) // WORD
    return Packed(size, width, zeros(size * width))


def from_rows(rows: Sequence[int]) -> Packed:
    """The relation with these rows."""
    size: i64 = len(rows)
    result = empty(size)
    words, width = result.words, result.width
    base: i64 = 0
    for row in rows:
        left: int = row
        for word in range(width):
            words[base + word] = left & MASK
            left >>= WORD
        base += width
    return result


def to_rows(relation: Packed) -> list[int]:
    """The rows as integers."""
    words, width = relation.words, relation.width
    rows: list[int] = []
    base: i64 = 0
    for _ in range(relation.size):
        row: int = 0
        for word in range(width - 1, -1, -1):
            part: int = words[base + word]
            row = row << WORD | part
        rows.append(row)
        base += width
    return rows
