"""Relations as rows of machine words: what ``explorer.execution.relation`` says of lists of integers, compiled.

A row of a relation over n events takes ``width`` words of 62 bits: all words are positive
numbers then, so that ``w & -w`` and shifts mean what they mean for integers without end.
Sets stay integers.  Run uncompiled this is correct and slow, lists of integers are four times
faster there; so ``explorer.execution.rows`` takes this room only where it is compiled.

In compiled code a literal that is shifted is a C int of 32 bits, so single bits are looked up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

WORD: Final = 62
"""Bits of a word."""

_MASK: Final = (1 << 62) - 1

_DEBRUIJN: Final = 0x03F79D71B4CB0A89
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
        places[bits[place] * _DEBRUIJN >> 58 & 63] = place
    return places


_BITS: Final = _bits()
_PLACES: Final = _places(_BITS)


class Packed:
    """A relation over ``size`` events: word w of row i is ``words[i * width + w]``. Never changed once made."""

    __slots__ = ("size", "width", "words")

    def __init__(self, size: i64, width: i64, words: vec[i64]) -> None:
        self.size = size
        self.width = width
        self.words = words


# ---- from plain values and back


def _zeros(count: i64) -> vec[i64]:
    zero: i64 = 0
    return vec[i64]([zero] * count)


def _words_of(events: int, width: i64) -> vec[i64]:
    """A set as words."""
    words = _zeros(width)
    for word in range(width):
        words[word] = events & _MASK
        events >>= WORD
    return words


def _set_of(words: vec[i64]) -> int:
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
    return Packed(size, width, _zeros(size * width))


def from_rows(rows: Sequence[int]) -> Packed:
    """The relation with these rows."""
    size: i64 = len(rows)
    result = empty(size)
    words, width = result.words, result.width
    base: i64 = 0
    for row in rows:
        left: int = row
        for word in range(width):
            words[base + word] = left & _MASK
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


def identity(events: int, size: i64) -> Packed:
    """``[events]``."""
    result = empty(size)
    words, width = result.words, result.width
    chosen = _words_of(events, width)
    bits = _BITS
    for event in range(size):
        word = event // WORD
        words[event * width + word] = chosen[word] & bits[event - word * WORD]
    return result


def product(domain: int, codomain: int, size: i64) -> Packed:
    """``domain * codomain``."""
    result = empty(size)
    words, width = result.words, result.width
    sources, targets = _words_of(domain, width), _words_of(codomain, width)
    base: i64 = 0
    for event in range(size):
        at = event // WORD
        if sources[at] >> (event - at * WORD) & 1:
            for word in range(width):
                words[base + word] = targets[word]
        base += width
    return result


def same_class(classes: Sequence[int]) -> Packed:
    """The pairs of events of one class; a class below 0 relates nothing."""
    size: i64 = len(classes)
    result = empty(size)
    words, width = result.words, result.width
    bits = _BITS
    first: dict[int, int] = {}
    of = _zeros(size)
    for number, each in enumerate(classes):
        of[number] = -1 if each < 0 else first.setdefault(each, number)
    # The row of a class is gathered at its first event, then copied to the others.
    for event in range(size):
        if of[event] >= 0:
            at = event // WORD
            place = of[event] * width + at
            words[place] = words[place] | bits[event - at * WORD]
    for event in range(size):
        if of[event] >= 0:
            for word in range(width):
                words[event * width + word] = words[of[event] * width + word]
    return result


def from_sources(source_of: Sequence[int]) -> Packed:
    """``rf``: from the source of each event to it; a source below 0 is none."""
    result = empty(len(source_of))
    words, width = result.words, result.width
    bits = _BITS
    for number, each in enumerate(source_of):
        event: i64 = number
        source: i64 = each
        if source >= 0:
            at = event // WORD
            place = source * width + at
            words[place] = words[place] | bits[event - at * WORD]
    return result


def from_orders(orders: Sequence[Sequence[int]], size: i64) -> Packed:
    """``co``: from each event of an order to all that come after it."""
    result = empty(size)
    words, width = result.words, result.width
    bits = _BITS
    for order in orders:
        later = _zeros(width)
        for each in reversed(order):
            event: i64 = each
            for word in range(width):
                words[event * width + word] = later[word]
            at = event // WORD
            later[at] = later[at] | bits[event - at * WORD]
    return result


def prefix(relation: Packed, size: i64) -> Packed:
    """The relation among the first so many events."""
    result = empty(size)
    words, width = result.words, result.width
    old, step = relation.words, relation.width
    last = size - (width - 1) * WORD
    bits = _BITS
    full: i64 = _MASK
    for event in range(size):
        for word in range(width):
            kept = full if word < width - 1 or last == WORD else bits[last] - 1
            words[event * width + word] = old[event * step + word] & kept
    return result


def together(relations: Sequence[Packed], size: i64) -> Packed:
    """The relations side by side: the events of each are numbered from where those of the one before end."""
    result = empty(size)
    words, width = result.words, result.width
    full: i64 = _MASK
    start: i64 = 0
    for relation in relations:
        old, step = relation.words, relation.width
        first = start // WORD
        shift = start - first * WORD
        for event in range(relation.size):
            base = (start + event) * width + first
            for word in range(step):
                part = old[event * step + word]
                if part:
                    words[base + word] = words[base + word] | (part << shift & full)
                    over = part >> (WORD - shift)
                    if over:
                        words[base + word + 1] = words[base + word + 1] | over
        start += relation.size
    return result


# ---- pair by pair


def union(first: Packed, second: Packed) -> Packed:
    a, b = first.words, second.words
    count: i64 = len(a)
    out = _zeros(count)
    for i in range(count):
        out[i] = a[i] | b[i]
    return Packed(first.size, first.width, out)


def intersection(first: Packed, second: Packed) -> Packed:
    a, b = first.words, second.words
    count: i64 = len(a)
    out = _zeros(count)
    for i in range(count):
        out[i] = a[i] & b[i]
    return Packed(first.size, first.width, out)


def difference(first: Packed, second: Packed) -> Packed:
    a, b = first.words, second.words
    count: i64 = len(a)
    out = _zeros(count)
    for i in range(count):
        out[i] = a[i] & ~b[i]
    return Packed(first.size, first.width, out)


def complement(relation: Packed) -> Packed:
    size, width = relation.size, relation.width
    everything = _words_of((1 << int(size)) - 1, width)
    old = relation.words
    out = _zeros(size * width)
    base: i64 = 0
    for _ in range(size):
        for word in range(width):
            out[base + word] = everything[word] & ~old[base + word]
        base += width
    return Packed(size, width, out)


def inverse(relation: Packed) -> Packed:
    size, width = relation.size, relation.width
    old = relation.words
    out = _zeros(size * width)
    places = _PLACES
    bits = _BITS
    base: i64 = 0
    for event in range(size):
        at = event // WORD
        bit = bits[event - at * WORD]
        for word in range(width):
            left = old[base + word]
            while left:
                low = left & -left
                left ^= low
                place = (word * WORD + places[low * _DEBRUIJN >> 58 & 63]) * width + at
                out[place] = out[place] | bit
        base += width
    return Packed(size, width, out)


def intersection_with_inverse(first: Packed, second: Packed) -> Packed:
    """``first & second^-1``, by the pairs of ``first``."""
    size, width = first.size, first.width
    old, other = first.words, second.words
    out = _zeros(size * width)
    places = _PLACES
    bits = _BITS
    base: i64 = 0
    for event in range(size):
        at = event // WORD
        bit = bits[event - at * WORD]
        for word in range(width):
            left = old[base + word]
            found: i64 = 0
            while left:
                low = left & -left
                left ^= low
                if other[(word * WORD + places[low * _DEBRUIJN >> 58 & 63]) * width + at] & bit:
                    found |= low
            out[base + word] = found
        base += width
    return Packed(size, width, out)


def reflexive(relation: Packed) -> Packed:
    """``relation?``."""
    size, width = relation.size, relation.width
    old = relation.words
    out = _zeros(size * width)
    bits = _BITS
    for i in range(size * width):
        out[i] = old[i]
    for event in range(size):
        at = event // WORD
        place = event * width + at
        out[place] = out[place] | bits[event - at * WORD]
    return Packed(size, width, out)


# ---- sets and relations


def domain(relation: Packed) -> int:
    size, width = relation.size, relation.width
    old = relation.words
    found = _zeros(width)
    bits = _BITS
    base: i64 = 0
    for event in range(size):
        any_pair: i64 = 0
        for word in range(width):
            any_pair |= old[base + word]
        if any_pair:
            at = event // WORD
            found[at] = found[at] | bits[event - at * WORD]
        base += width
    return _set_of(found)


def codomain(relation: Packed) -> int:
    """The set of right-hand members (cat's ``range``)."""
    size, width = relation.size, relation.width
    old = relation.words
    found = _zeros(width)
    base: i64 = 0
    for _ in range(size):
        for word in range(width):
            found[word] = found[word] | old[base + word]
        base += width
    return _set_of(found)


def restrict_domain(events: int, relation: Packed) -> Packed:
    """``[events] ; relation``."""
    size, width = relation.size, relation.width
    chosen = _words_of(events, width)
    old = relation.words
    out = _zeros(size * width)
    base: i64 = 0
    for event in range(size):
        at = event // WORD
        if chosen[at] >> (event - at * WORD) & 1:
            for word in range(width):
                out[base + word] = old[base + word]
        base += width
    return Packed(size, width, out)


def restrict_codomain(relation: Packed, events: int) -> Packed:
    """``relation ; [events]``."""
    size, width = relation.size, relation.width
    chosen = _words_of(events, width)
    old = relation.words
    out = _zeros(size * width)
    base: i64 = 0
    for _ in range(size):
        for word in range(width):
            out[base + word] = old[base + word] & chosen[word]
        base += width
    return Packed(size, width, out)


# ---- composition and closure


def sequence(first: Packed, second: Packed) -> Packed:
    """Composition: pairs (a, c) with (a, b) in ``first`` and (b, c) in ``second``."""
    size, width = first.size, first.width
    a, b = first.words, second.words
    out = _zeros(size * width)
    places = _PLACES
    if width == 1:
        for event in range(size):
            left = a[event]
            found: i64 = 0
            while left:
                low = left & -left
                left ^= low
                found |= b[places[low * _DEBRUIJN >> 58 & 63]]
            out[event] = found
        return Packed(size, width, out)
    base: i64 = 0
    if width == 2:  # the read path of the kernel with its locks: some 90 events
        for _ in range(size):
            lower: i64 = 0
            upper: i64 = 0
            for word in range(2):
                left = a[base + word]
                while left:
                    low = left & -left
                    left ^= low
                    at = (word * WORD + places[low * _DEBRUIJN >> 58 & 63]) * 2
                    lower |= b[at]
                    upper |= b[at + 1]
            out[base] = lower
            out[base + 1] = upper
            base += 2
        return Packed(size, width, out)
    for _ in range(size):
        for word in range(width):
            left = a[base + word]
            while left:
                low = left & -left
                left ^= low
                at = (word * WORD + places[low * _DEBRUIJN >> 58 & 63]) * width
                for target in range(width):
                    out[base + target] = out[base + target] | b[at + target]
        base += width
    return Packed(size, width, out)


def transitive_closure(relation: Packed) -> Packed:
    """``relation+``."""
    closed = _closure_without_cycles(relation)
    return _warshall(relation) if closed is None else closed


def _closure_without_cycles(relation: Packed) -> Packed | None:
    """``relation+``, each row from those that it leads to; None if there is a cycle."""
    size, width = relation.size, relation.width
    old = relation.words
    out = _zeros(size * width)
    done = _zeros(size)  # 0: not looked at, 1: on the path, 2: its row is known
    path = _zeros(size)
    reached = _zeros(width)
    places = _PLACES
    for start in range(size - 1, -1, -1):
        if done[start]:
            continue
        depth: i64 = 0
        path[0] = start
        done[start] = 1
        while depth >= 0:
            event = path[depth]
            base = event * width
            for word in range(width):
                reached[word] = 0
            deeper: i64 = -1
            for word in range(width):
                left = old[base + word] & ~reached[word]
                while left:
                    low = left & -left
                    following = word * WORD + places[low * _DEBRUIJN >> 58 & 63]
                    if done[following] == 1:
                        return None
                    if done[following] == 0:
                        deeper = following
                        break
                    at = following * width
                    for target in range(width):
                        reached[target] = reached[target] | out[at + target]
                    reached[word] = reached[word] | low
                    left &= ~reached[word]
                if deeper >= 0:
                    break
            if deeper >= 0:
                depth += 1
                path[depth] = deeper
                done[deeper] = 1
            else:
                for word in range(width):
                    out[base + word] = reached[word]
                done[event] = 2
                depth -= 1
    return Packed(size, width, out)


def _warshall(relation: Packed) -> Packed:
    size, width = relation.size, relation.width
    old = relation.words
    out = _zeros(size * width)
    bits = _BITS
    for i in range(size * width):
        out[i] = old[i]
    for middle in range(size):
        at = middle // WORD
        bit = bits[middle - at * WORD]
        through = middle * width
        base: i64 = 0
        for _ in range(size):
            if out[base + at] & bit:
                for word in range(width):
                    out[base + word] = out[base + word] | out[through + word]
            base += width
    return Packed(size, width, out)


# ---- questions


def is_empty(relation: Packed) -> bool:
    words = relation.words
    count: i64 = len(words)
    for i in range(count):
        if words[i]:
            return False
    return True


def equal(first: Packed, second: Packed) -> bool:
    """Whether two relations over the same events have the same pairs."""
    a, b = first.words, second.words
    count: i64 = len(a)
    for i in range(count):
        if a[i] != b[i]:
            return False
    return True


def is_irreflexive(relation: Packed) -> bool:
    words, width = relation.words, relation.width
    for event in range(relation.size):
        at = event // WORD
        if words[event * width + at] >> (event - at * WORD) & 1:
            return False
    return True


def is_acyclic(relation: Packed) -> bool:
    """Whether the relation has no cycle (a pair (a, a) is one)."""
    size, width = relation.size, relation.width
    words = relation.words
    finished = _zeros(width)  # events from which no cycle is reached
    on_path = _zeros(width)
    path = _zeros(size)
    places = _PLACES
    bits = _BITS
    for start in range(size):
        at = start // WORD
        if finished[at] >> (start - at * WORD) & 1:
            continue
        depth: i64 = 0
        path[0] = start
        on_path[at] = on_path[at] | bits[start - at * WORD]
        while depth >= 0:
            event = path[depth]
            base = event * width
            following: i64 = -1
            for word in range(width):
                left = words[base + word] & ~finished[word]
                if left & on_path[word]:
                    return False
                if left and following < 0:
                    following = word * WORD + places[(left & -left) * _DEBRUIJN >> 58 & 63]
            at = event // WORD
            bit = bits[event - at * WORD]
            if following >= 0:
                depth += 1
                path[depth] = following
                at = following // WORD
                on_path[at] = on_path[at] | bits[following - at * WORD]
            else:
                finished[at] = finished[at] | bit
                on_path[at] = on_path[at] & ~bit
                depth -= 1
    return True
