"""Relations as rows of machine words: what ``explorer.execution.relation`` says of lists of integers, compiled.

Run uncompiled this is correct and slow, lists of integers are four times faster there; so
``explorer.execution.rows`` takes it only where it is compiled.  Composition, closure and cycles
are in ``packed_paths``.
"""

from __future__ import annotations

from collections.abc import Sequence

from mypy_extensions import i64

from explorer.execution.words import BITS, DEBRUIJN, MASK, PLACES, WORD, Packed, empty, set_of, words_of, zeros

# ---- base relations, parts, and what is put together


def identity(events: int, size: i64) -> Packed:
    """``[events]``."""
    result = empty(size)
    words, width = result.words, result.width
    chosen = words_of(events, width)
    bits = BITS
    for event in range(size):
        word = event // WORD
        words[event * width + word] = chosen[word] & bits[event - word * WORD]
    return result


def product(domain: int, codomain: int, size: i64) -> Packed:
    """``domain * codomain``."""
    result = empty(size)
    words, width = result.words, result.width
    sources, targets = words_of(domain, width), words_of(codomain, width)
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
    bits = BITS
    first: dict[int, int] = {}
    of = zeros(size)
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
    bits = BITS
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
    bits = BITS
    for order in orders:
        later = zeros(width)
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
    bits = BITS
    full: i64 = MASK
    for event in range(size):
        for word in range(width):
            kept = full if word < width - 1 or last == WORD else bits[last] - 1
            words[event * width + word] = old[event * step + word] & kept
    return result


def together(relations: Sequence[Packed], size: i64) -> Packed:
    """The relations side by side: the events of each are numbered from where those of the one before end."""
    result = empty(size)
    words, width = result.words, result.width
    full: i64 = MASK
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
    out = zeros(count)
    for i in range(count):
        out[i] = a[i] | b[i]
    return Packed(first.size, first.width, out)


def intersection(first: Packed, second: Packed) -> Packed:
    a, b = first.words, second.words
    count: i64 = len(a)
    out = zeros(count)
    for i in range(count):
        out[i] = a[i] & b[i]
    return Packed(first.size, first.width, out)


def difference(first: Packed, second: Packed) -> Packed:
    a, b = first.words, second.words
    count: i64 = len(a)
    out = zeros(count)
    for i in range(count):
        out[i] = a[i] & ~b[i]
    return Packed(first.size, first.width, out)


def complement(relation: Packed) -> Packed:
    size, width = relation.size, relation.width
    everything = words_of((1 << int(size)) - 1, width)
    old = relation.words
    out = zeros(size * width)
    base: i64 = 0
    for _ in range(size):
        for word in range(width):
            out[base + word] = everything[word] & ~old[base + word]
        base += width
    return Packed(size, width, out)


def inverse(relation: Packed) -> Packed:
    size, width = relation.size, relation.width
    old = relation.words
    out = zeros(size * width)
    places = PLACES
    bits = BITS
    base: i64 = 0
    for event in range(size):
        at = event // WORD
        bit = bits[event - at * WORD]
        for word in range(width):
            left = old[base + word]
            while left:
                low = left & -left
                left ^= low
                place = (word * WORD + places[low * DEBRUIJN >> 58 & 63]) * width + at
                out[place] = out[place] | bit
        base += width
    return Packed(size, width, out)


def intersection_with_inverse(first: Packed, second: Packed) -> Packed:
    """``first & second^-1``, by the pairs of ``first``."""
    size, width = first.size, first.width
    old, other = first.words, second.words
    out = zeros(size * width)
    places = PLACES
    bits = BITS
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
                if other[(word * WORD + places[low * DEBRUIJN >> 58 & 63]) * width + at] & bit:
                    found |= low
            out[base + word] = found
        base += width
    return Packed(size, width, out)


def reflexive(relation: Packed) -> Packed:
    """``relation?``."""
    size, width = relation.size, relation.width
    old = relation.words
    out = zeros(size * width)
    bits = BITS
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
    found = zeros(width)
    bits = BITS
    base: i64 = 0
    for event in range(size):
        any_pair: i64 = 0
        for word in range(width):
            any_pair |= old[base + word]
        if any_pair:
            at = event // WORD
            found[at] = found[at] | bits[event - at * WORD]
        base += width
    return set_of(found)


def codomain(relation: Packed) -> int:
    """The set of right-hand members (cat's ``range``)."""
    size, width = relation.size, relation.width
    old = relation.words
    found = zeros(width)
    base: i64 = 0
    for _ in range(size):
        for word in range(width):
            found[word] = found[word] | old[base + word]
        base += width
    return set_of(found)


def restrict_domain(events: int, relation: Packed) -> Packed:
    """``[events] ; relation``."""
    size, width = relation.size, relation.width
    chosen = words_of(events, width)
    old = relation.words
    out = zeros(size * width)
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
    chosen = words_of(events, width)
    old = relation.words
    out = zeros(size * width)
    base: i64 = 0
    for _ in range(size):
        for word in range(width):
            out[base + word] = old[base + word] & chosen[word]
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
