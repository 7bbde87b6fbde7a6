"""The relations of a report as a page carries them: packed, and small enough.

Of a model's relation that is an order (transitive, without cycles) a page carries the immediate pairs, as a
report does of po and co: they are what can be looked at, and from them the rest follows.  Relations with the same
pairs share one text.  What then is too much for a page goes, the largest first, and the page says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explorer.execution.kinds import Kind
from explorer.visible import visible
from reports.structure import Pair, Report

ROOM = 260_000
"""Characters of all relations of a page together, where the rest of the page leaves as many."""

_GROUPS = ("basic", "dependences", "fences", "model")
_BASIC = ("po", "rf", "co", "fr")
_FENCE = "{} fence"
"""The name of the relation of a fence's tag: from the last access before such a fence to the first one after it."""

_DEPENDENCES = ("rmw", "addr", "data", "ctrl", "ctrl-later")


@dataclass(frozen=True)
class PageRelation:
    """A relation that is not empty.

    Attributes:
        name: as visible text.
        group: ``basic``, ``dependences``, ``fences`` or ``model``.
        count: how many pairs it has.
        immediate: whether only the immediate pairs are in the page.
        text: the number of its text in ``PageRelations.texts``, None if it was dropped.
    """

    name: str
    group: str
    count: int
    immediate: bool
    text: int | None


@dataclass(frozen=True)
class PageRelations:
    """Relations and the texts of their pairs: ``3:7-9,12;5:6`` is (3, 7), (3, 8), (3, 9), (3, 12) and (5, 6)."""

    relations: tuple[PageRelation, ...]
    texts: tuple[str, ...]

    @property
    def dropped(self) -> list[PageRelation]:
        """Those that are not in the page, for its size."""
        return [relation for relation in self.relations if relation.text is None]


def page_relations(report: Report, room: int = ROOM) -> PageRelations:
    """The report's relations for a page, in at most ``room`` characters: the four basic ones first, then by name."""
    fences = _fences(report)
    found = {**{name: pairs for name, pairs in report.relations.items() if pairs}, **fences}
    groups = {name: "fences" if name in fences else _group(name) for name in found}
    names = sorted(found, key=lambda name: (_GROUPS.index(groups[name]), _place(name), name))
    packed: dict[str, tuple[str, bool]] = {}
    for name in names:
        rows = _rows(found[name])
        drawn = _immediate(rows) if groups[name] == "model" and _is_order(rows) else rows
        packed[name] = _text(drawn), drawn != rows or name in ("po", "co")
    kept = _fitting(names, {name: text for name, (text, _) in packed.items()}, room)
    texts = list(dict.fromkeys(packed[name][0] for name in names if name in kept))
    number = {text: i for i, text in enumerate(texts)}
    return PageRelations(
        tuple(
            PageRelation(
                name=visible(name),
                group=groups[name],
                count=len(found[name]),
                immediate=packed[name][1],
                text=number[packed[name][0]] if name in kept else None,
            )
            for name in names
        ),
        tuple(texts),
    )


def _fences(report: Report) -> dict[str, list[Pair]]:
    """What each fence stands between, by its tag: the nearest accesses of its thread; an RMW may imply fences."""
    pairs: dict[str, list[Pair]] = {}
    for thread in range(len(report.threads)):
        own = [event for event in report.events if event.thread == thread]
        for i, event in enumerate(own):
            if event.kind is not Kind.FENCE or event.tag is None:
                continue
            before = [other.id for other in own[:i] if other.kind is not Kind.FENCE]
            after = [other.id for other in own[i + 1 :] if other.kind is not Kind.FENCE]
            if before and after:
                pairs.setdefault(_FENCE.format(event.tag.value), []).append((before[-1], after[0]))
    return pairs


def _group(name: str) -> str:
    return "basic" if name in _BASIC else "dependences" if name in _DEPENDENCES else "model"


def _place(name: str) -> int:
    known = (*_BASIC, *_DEPENDENCES)
    return known.index(name) if name in known else len(known)


def _fitting(names: Sequence[str], texts: dict[str, str], room: int) -> set[str]:
    """The relations whose texts fit; of equal texts one counts, and the longest goes first."""
    kept = set(names)
    for text in sorted(set(texts.values()), key=lambda text: (-len(text), text)):
        if sum(len(other) for other in {texts[name] for name in kept}) <= room:
            break
        kept -= {name for name in names if texts[name] == text}
    return kept


def _rows(pairs: Sequence[Pair]) -> dict[int, int]:
    """The targets of each source as bits."""
    rows: dict[int, int] = {}
    for source, target in pairs:
        rows[source] = rows.get(source, 0) | 1 << target
    return rows


def _is_order(rows: dict[int, int]) -> bool:
    """Whether it is transitive and relates nothing to itself, which leaves no cycle."""
    return all(
        not row >> source & 1 and all(not rows.get(target, 0) & ~row for target in _bits(row))
        for source, row in rows.items()
    )


def _immediate(rows: dict[int, int]) -> dict[int, int]:
    """The pairs of an order that have nothing between them."""
    found = {}
    for source, row in rows.items():
        beyond = 0
        for target in _bits(row):
            beyond |= rows.get(target, 0)
        found[source] = row & ~beyond
    return found


def _text(rows: dict[int, int]) -> str:
    parts = []
    for source in sorted(rows):
        runs: list[list[int]] = []
        for target in _bits(rows[source]):
            if runs and runs[-1][1] == target - 1:
                runs[-1][1] = target
            else:
                runs.append([target, target])
        targets = ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
        parts.append(f"{source}:{targets}")
    return ";".join(parts)


def _bits(row: int) -> list[int]:
    found = []
    while row:
        low = row & -row
        found.append(low.bit_length() - 1)
        row ^= low
    return found
