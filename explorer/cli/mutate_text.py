"""What ``sealrace mutate`` prints: what is needed and by what, what is not, and what guards the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from explorer.cli.setting import Setting
from explorer.execution.location import show
from explorer.program.elements import Element
from explorer.program.sites import SiteFacts
from explorer.search.mutants import Answer
from explorer.visible import visible

WIDTH = 140
"""Columns where the output goes to no terminal."""

_NAMED = 4
"""Sites of an element that are named, the others counted."""


@dataclass(frozen=True)
class Judged:
    """An element, and per model what the program does as it is and without it; only models that can tell are there.

    ``held`` are the properties that hold as it is, by model.
    """

    element: Element
    answers: Mapping[str, tuple[Answer, Answer]]
    held: Mapping[str, frozenset[str]]

    @property
    def cannot_go(self) -> str:
        """Why the program is none any more without it, by the first model that says so; empty where it is one."""
        for model, (as_it_is, without) in self.answers.items():
            if without.problem:
                return without.problem
            if without.blocked and not as_it_is.blocked:
                return f"a thread waits for ever under {model}"
            misuse = sorted(without.misuse - as_it_is.misuse)
            if misuse:
                return f"{', '.join(misuse)} under {model}"
        return ""

    @property
    def needed(self) -> dict[str, list[str]]:
        """The properties broken without it, each with the models under which they are; none if it cannot go."""
        found: dict[str, list[str]] = {}
        if not self.cannot_go:
            for model, (_as_it_is, without) in self.answers.items():
                for name in sorted(without.violated & self.held[model]):
                    found.setdefault(name, []).append(model)
        return found

    @property
    def flags(self) -> dict[str, list[str]]:
        """The flags about two threads that are raised without it only, likewise."""
        found: dict[str, list[str]] = {}
        if not self.cannot_go:
            for model, (as_it_is, without) in self.answers.items():
                for name in sorted(without.flags - as_it_is.flags):
                    found.setdefault(name, []).append(model)
        return found

    @property
    def goals(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """The goals that are newly reached, and those that are not reached any more."""
        new: dict[str, list[str]] = {}
        lost: dict[str, list[str]] = {}
        for model, (as_it_is, without) in self.answers.items():
            # A search that was ended early may not have come to a goal.
            whole = not without.incomplete and not (self.held[model] and self.held[model] <= without.violated)
            for name in sorted(without.reached - as_it_is.reached):
                new.setdefault(name, []).append(model)
            for name in sorted(as_it_is.reached - without.reached) if whole else ():
                lost.setdefault(name, []).append(model)
        return new, lost

    @property
    def incomplete(self) -> dict[str, str]:
        """Per model why not every execution without it was looked at, where that leaves something open."""
        return {
            model: "; ".join(without.incomplete)
            for model, (_as_it_is, without) in self.answers.items()
            if without.incomplete and not self.held[model] <= without.violated
        }


@dataclass(frozen=True)
class Guard:
    """What guards a property for which no element is needed by itself.

    ``elements`` together are, under ``model``: without all of them it is broken, with any one of them back it is not.
    Without any, it holds as well without all elements at once whose removal was explored to the end, stores excepted
    (``open``: why that is not known).
    """

    property: str
    model: str
    elements: tuple[Element, ...]
    open: str


@dataclass(frozen=True)
class Mutated:
    """What was found of one case; ``count`` elements were to be judged."""

    setting: Setting
    models: tuple[str, ...]
    as_it_is: Mapping[str, Answer]
    by_model: Mapping[str, frozenset[str]]
    judged: tuple[Judged, ...]
    guards: tuple[Guard, ...]
    count: int
    interrupted: bool

    @property
    def held(self) -> list[str]:
        """The properties that hold as it is under some model, in the order of the case."""
        names = [prop.name for prop in self.setting.case.properties]
        return [name for name in names if any(name in held for held in self.by_model.values())]

    def needed_by(self, name: str) -> list[Judged]:
        """The elements that a property needs, each by itself."""
        return [each for each in self.judged if name in each.needed]

    @property
    def is_open(self) -> bool:
        """Whether an element that was not judged to the end may be needed by a property that needs no other."""
        left = [name for name in self.held if not self.needed_by(name)]
        return bool(left) and (self.interrupted or any(each.incomplete and not each.cannot_go for each in self.judged))


def mutated_text(found: Mutated, width: int | None) -> str:
    """What was found, in lines of ``width`` columns."""
    return "\n".join(line.rstrip() for line in _lines(found, width or WIDTH))


def _lines(found: Mutated, width: int) -> Iterator[str]:
    title = found.setting.title(", ".join(found.models))
    yield (
        f"{visible(title)}: {len(found.judged)} of {found.count} elements"
        if found.interrupted
        else (f"{visible(title)}: {found.count} elements")
    )
    for model, answer in found.as_it_is.items():
        if answer.incomplete:
            yield from wrap(f" INCOMPLETE under {model}: {visible('; '.join(answer.incomplete))}", width)
    told: set[int] = set()
    for heading, words in _GROUPS:
        judged = [(each, words(each)) for each in found.judged if id(each) not in told and words(each)]
        if judged:
            yield from ["", f" {heading}"]
        for each, why in judged:
            told.add(id(each))
            yield from _wrapped(f"{_element(each.element)}: {why}{_goals(each)}", width)
    others = [each for each in found.judged if id(each) not in told]
    if others:
        yield from ["", " nothing here needs"]
        for each in others:
            yield from _wrapped(f"{_element(each.element)}{_unasked(each)}{_goals(each)}", width)
    yield from ["", " properties"]
    for name in found.held:
        yield from _wrapped(f"{visible(name)}: {_property(found, name)}", width)


def _open(each: Judged) -> str:
    """What was not looked at without an element."""
    return visible("; ".join(f"{model}: {why}" for model, why in each.incomplete.items()))


_GROUPS: tuple[tuple[str, Callable[[Judged], str]], ...] = (
    ("needed", lambda each: _by(each.needed)),
    ("cannot go", lambda each: visible(each.cannot_go)),
    ("INCOMPLETE: not every execution without it was looked at", _open),
    ("keeps only flags of the model away", lambda each: _by(each.flags)),
)
"""Headings, and what is said of an element below each, empty where it has no place there."""


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(text, width, initial_indent="   ", subsequent_indent="       ", break_on_hyphens=False)


def _by(found: Mapping[str, Sequence[str]]) -> str:
    """``by leak, late under sc, armv8; by stale under armv8``."""
    models: dict[tuple[str, ...], list[str]] = {}
    for name, under in found.items():
        models.setdefault(tuple(under), []).append(name)
    return visible("; ".join(f"by {', '.join(names)} under {', '.join(under)}" for under, names in models.items()))


def _goals(each: Judged) -> str:
    new, lost = each.goals
    parts = [f"newly reached: {', '.join(new)}"] if new else []
    parts += [f"not reached any more: {', '.join(lost)}"] if lost else []
    return visible(f" ({'; '.join(parts)})") if parts else ""


def _unasked(each: Judged) -> str:
    return "" if each.answers else "; no rule of the models asks for it"


def _property(found: Mutated, name: str) -> str:
    needed = found.needed_by(name)
    if needed:
        return f"needs {len(needed)} element{'' if len(needed) == 1 else 's'}"
    none = f"no element is {'known to be ' if found.is_open else ''}needed by itself"
    guard = next((guard for guard in found.guards if guard.property == name), None)
    if guard is None:
        return none
    if guard.elements:
        listed = "; ".join(_element(element) for element in guard.elements)
        return f"{none}; under {guard.model} these guard it together: {listed}"
    if guard.open:
        return f"{none}; whether all together are is open ({visible(guard.open)})"
    return f"{none}, nor are all together whose removal was explored to the end"


def _element(element: Element) -> str:
    """An element in words: ``check R3 of inode.seals (mm/shmem.c shmem_file_read_iter: seal check)``."""
    names = [_site(facts) for facts in element.sites[:_NAMED]]
    if len(element.sites) > _NAMED:
        names += [f"{len(element.sites) - _NAMED} more"]
    where = visible(", ".join(names))
    locations = visible(", ".join(location.name for location in element.locations[:2]))
    locations += f" and {len(element.locations) - 2} more" if len(element.locations) > 2 else ""
    match element.kind:
        case "ordering":
            assert element.before is not None
            assert element.after is not None
            return f"{element.before.value} -> {element.after.value} of {locations} at {where}"
        case "fence" | "grace period":
            tag = element.sites[0].fence
            return f"{element.kind} {tag.value if tag else ''} at {where}"
        case "section":
            return f"section{' of ' if locations else ''}{locations} at {where}"
        case "check" | "store" if element.taken_for is not None:
            return f"{element.kind} of {locations} at {where}, taken for {visible(show(element.taken_for))}"
        case _:
            return f"{element.kind} of {locations} at {where}"


def _site(facts: SiteFacts) -> str:
    source = facts.source
    if source.step:
        return f"{source.step} ({source.reference or source.function})"
    return source.reference or f"{source.function}:{source.line}"


def mutated_json(found: Mutated) -> dict[str, Any]:
    """The object that ``--json`` prints; nothing in it depends on the machine unless a limit on time was met."""
    return {
        **{key: value for key, value in found.setting.to_json("").items() if key != "model"},
        "models": list(found.models),
        "holds": {model: sorted(held) for model, held in found.by_model.items()},
        "incomplete": {model: list(answer.incomplete) for model, answer in found.as_it_is.items() if answer.incomplete},
        "interrupted": found.interrupted,
        "elements": [
            {
                **_element_json(each.element),
                "needed": each.needed,
                "flags": each.flags,
                "reached": each.goals[0],
                "not_reached": each.goals[1],
                "cannot_go": each.cannot_go or None,
                "incomplete": each.incomplete,
                "models": list(each.answers),
            }
            for each in found.judged
        ],
        "properties": [_property_json(found, name) for name in found.held],
    }


def _property_json(found: Mutated, name: str) -> dict[str, Any]:
    guard = next((guard for guard in found.guards if guard.property == name), None)
    return {
        "property": name,
        "needs": [found.judged.index(each) for each in found.needed_by(name)],
        "together": guard
        and {
            "model": guard.model or None,
            "elements": [
                next(i for i, each in enumerate(found.judged) if each.element is element) for element in guard.elements
            ],
            "open": guard.open or None,
        },
    }


def _element_json(element: Element) -> dict[str, Any]:
    return {
        "kind": element.kind,
        "locations": [location.name for location in element.locations],
        "before": element.before and element.before.value,
        "after": element.after and element.after.value,
        "taken_for": None if element.taken_for is None else show(element.taken_for),
        "sites": [
            {
                "file": facts.source.file,
                "line": facts.source.line,
                "function": facts.source.function,
                "step": facts.source.step,
                "reference": facts.source.reference,
            }
            for facts in element.sites
        ],
    }
