"""A scenario: modelled threads, the properties asked of them, and what its author declares.

Scenarios live outside the engine (``scenarios/``) and reach it only through these
classes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from explorer.execution.execution import Execution
from explorer.program.program import Program
from explorer.property import Mark, Property

QUICK_MODELS = ("sc", "tso", "pso")
"""The models that keep loads in order: the search of a kernel path takes seconds, under others it can take minutes."""

MODELS = (*QUICK_MODELS, "armv8", "lkmm")
"""The models that Sealrace ships, in the order of tables."""

Parameters: TypeAlias = Mapping[str, int]
"""Sizes of a scenario by name (pages, bytes to read), and its switches: 1 for those chosen, 0 for the others."""


def always_applicable(_fix: str, _protocol: str) -> str | None:
    """The rule of a scenario whose fixes mean something with every protocol."""
    return None


@dataclass(frozen=True)
class Goal:
    """A ``sometimes`` goal: something that must happen in at least one complete execution.

    It keeps a HOLDS from being vacuous.  ``text`` says it in words.  ``alike`` and
    ``of_one_thread`` are as of a property: whether it treats identical threads alike, and whether
    an execution reaches it exactly where it still does without all but some one of any threads that
    never write.
    """

    name: str
    text: str
    reached: Callable[[Execution], bool]
    alike: bool = False
    of_one_thread: bool = False


@dataclass(frozen=True)
class Case:
    """One program to explore: a scenario with a fix, a protocol and parameters chosen.

    ``landmarks`` find what is marked in an execution that breaks nothing, such as the store that sets the seal.
    """

    program: Program
    properties: tuple[Property, ...] = ()
    goals: tuple[Goal, ...] = ()
    landmarks: tuple[Callable[[Execution], Mark | None], ...] = ()


@dataclass(frozen=True)
class Scenario:
    """A named scenario.

    Attributes:
        name: as on the command line.
        title: one line for ``sealrace list``.
        text: a few lines on what it shows.
        fixes: the fix variants, the code as it is (``none``) first.
        protocols: how the seal gets set, the default first.
        parameters: the default sizes.
        small: sizes at which the scheduler's depth-first search is feasible too.
        driven: what to change in the small sizes so that it can be driven on a real kernel (``sealrace reproduce``).
        build: makes the case for a fix, a protocol and parameters; see ``case``.
        expected: per (protocol, fix, model) the properties that are violated at the default and the small
            sizes, no switch chosen; an empty set declares HOLDS.  What is not declared can be explored, not expected.
        expected_small: the same at the small sizes, where it differs there.
        ranges: the values that a size can have, where these are not 0 to the most events
            that a path can have: bytes reach further, a choice has a few values only.
        switches: yes/no choices of the modelled code, ``v6.9``, each with a line on what it changes.
        combine: whether several fixes can be had at once, all but the first: ``build`` then gets
            their names in the order of ``fixes``, joined by ``+``.
        not_applicable: why a fix (or several joined) means nothing with a protocol, None where it does.
    """

    name: str
    title: str
    text: str
    fixes: tuple[str, ...]
    protocols: tuple[str, ...]
    parameters: Parameters
    small: Parameters
    build: Callable[[str, str, Parameters], Case]
    expected: Mapping[tuple[str, str, str], frozenset[str]] = field(default_factory=dict)
    expected_small: Mapping[tuple[str, str, str], frozenset[str]] = field(default_factory=dict)
    ranges: Mapping[str, range] = field(default_factory=dict)
    driven: Parameters = field(default_factory=dict)
    switches: Mapping[str, str] = field(default_factory=dict)
    combine: bool = False
    not_applicable: Callable[[str, str], str | None] = always_applicable

    def case(self, fix: str, protocol: str, sizes: Parameters, switches: Collection[str] = ()) -> Case:
        """What ``build`` makes of sizes and the switches chosen; the others are 0."""
        return self.build(fix, protocol, {**sizes, **{name: int(name in switches) for name in self.switches}})

    def declared(self, protocol: str, fix: str, model: str, sizes: Parameters) -> frozenset[str] | None:
        """The properties that are violated at these sizes, None where nothing is declared."""
        key = protocol, fix, model
        chosen = {name: sizes[name] for name in self.parameters}
        if chosen == self.parameters:
            return self.expected.get(key)
        return self.expected_small.get(key, self.expected.get(key)) if chosen == self.small else None

    @property
    def models(self) -> tuple[str, ...]:
        """The models to explore it under where none is named: the quick ones that it declares something for."""
        declared = {model for _protocol, _fix, model in self.expected}
        return tuple(model for model in QUICK_MODELS if model in declared) or QUICK_MODELS
