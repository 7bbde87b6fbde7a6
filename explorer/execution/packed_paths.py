"""Composition, closure and cycles of relations as rows of machine words (see ``packed``)."""

from __future__ import annotations

from mypy_extensions import i64

from explorer.execution.words import BITS, DEBRUIJN, PLACES, WORD, Packed, zeros


def sequence(first: Packed, second: Packed) -> Packed:
    """Composition: pairs (a, c) with (a, b) in ``first`` and (b, c) in ``second``."""
    size, width = first.size, first.width
    a, b = first.words, second.words
    out = zeros(size * width)
    places = PLACES
    if width == 1:
        for event in range(size):
            left = a[event]
            found: i64 = 0
            while left:
                low = left & -left
                left ^= low
                found |= b[places[low * DEBRUIJN >> 58 & 63]]
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
                    at = (word * WORD + places[low * DEBRUIJN >> 58 & 63]) * 2
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
                at = (word * WORD + places[low * DEBRUIJN >> 58 & 63]) * width
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
    out = zeros(size * width)
    done = zeros(size)  # 0: not looked at, 1: on the path, 2: its row is known
    path = zeros(size)
    reached = zeros(width)
    places = PLACES
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
                    following = word * WORD + places[low * DEBRUIJN >> 58 & 63]
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
    out = zeros(size * width)
    bits = BITS
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


def is_acyclic(relation: Packed) -> bool:
    """Whether the relation has no cycle (a pair (a, a) is one)."""
    size, width = relation.size, relation.width
    words = relation.words
    finished = zeros(width)  # events from which no cycle is reached
    on_path = zeros(width)
    path = zeros(size)
    places = PLACES
    bits = BITS
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
                    following = word * WORD + places[(left & -left) * DEBRUIJN >> 58 & 63]
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
