"""What graphs of executions for networkx have in common: the attributes of a node, and which edges there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from explorer.execution.kinds import Kind, Tag
from explorer.execution.relation import Relation, pairs


def node_attributes(
    *,
    kind: Kind,
    tag: Tag | None,
    location: str | None,
    value: int | str | None,
    thread: int,
    thread_name: str | None,
    index: int,
    step: str,
    reference: str,
    function: str,
    file: str,
    line: int,
    waits: bool,
    implied: bool,
) -> dict[str, Any]:
    """The attributes of an event's node, as ``Execution.to_networkx`` lists them, without those it lacks."""
    attributes = {
        "kind": kind.value,
        "tag": tag.value if tag else None,
        "location": location,
        "value": value,
        "thread": thread,
        "thread_name": thread_name,
        "index": index,
        "step": step or None,
        "reference": reference or None,
        "function": function or None,
        "file": file or None,
        "line": line or None,
        "waits": waits,
        "implied": implied,
    }
    return {name: value for name, value in attributes.items() if value is not None}


def related(
    relations: Mapping[str, Relation], threads: Sequence[Sequence[int]], coherence: Sequence[Sequence[int]]
) -> Iterator[tuple[int, int, str]]:
    """Edges by the names of their relations: those of ``relations``, and po and co as immediate pairs."""
    immediate = {
        "po": [pair for events in threads for pair in pairwise(events)],
        "co": sorted(pair for writes in coherence for pair in pairwise(writes)),
    }
    edges = {**{name: list(pairs(relation)) for name, relation in relations.items()}, **immediate}
    for name in sorted(edges):
        yield from ((source, target, name) for source, target in edges[name])
