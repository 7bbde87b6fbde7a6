"""From the engine's answer to a report."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Protocol

import reports.notebook  # noqa: F401  (puts the views of reports into their place)
from explorer.errors import InputError
from explorer.execution.event import Event
from explorer.execution.execution import Ending, Execution
from explorer.execution.location import Object
from explorer.execution.relation import Relation, pairs
from explorer.property import Violation
from reports import structure
from reports.check import first_fault, wrong_edge
from reports.sources import source_texts
from reports.structure import Report, Search


class WitnessLike(Protocol):
    """What a report takes from a witness schedule (see ``reports.structure.Witness``)."""

    @property
    def order(self) -> tuple[int, ...]: ...
    @property
    def switches(self) -> int: ...
    @property
    def reordered(self) -> tuple[int, ...]: ...
    @property
    def forwarded(self) -> tuple[int, ...]: ...
    @property
    def exact(self) -> bool: ...
    @property
    def note(self) -> str: ...
    @property
    def unkept_coherence(self) -> tuple[str, ...]: ...


def make_report(
    *,
    execution: Execution,
    violation: Violation,
    witness: WitnessLike,
    scenario: str,
    protocol: str,
    fix: str,
    parameters: Mapping[str, int | str],
    program_hash: str,
    model_name: str,
    rules_hash: str,
    named_relations: Mapping[str, Relation],
    search: Search,
    tool: str,
    token: str = "",
    allowed_by: tuple[str, ...] | None = None,
    found_at: str = "",
) -> Report:
    """The report of one violating execution.

    ``named_relations`` are the model's own, over the execution's events; a file that defines
    rf, co, fr or another of the execution's own relations anew does not replace it here.
    Every relation that ``violation.path`` names must be one of these and relate its two events, else
    InputError says which does not; ``found_at`` is where the property is defined, ``file:line``.
    ``tool`` is the version of Sealrace, ``token`` the execution's replay token, ``allowed_by`` as in
    ``Report``.  The modelled code is read from the files that the events name; a file that is not found
    leaves its events without source text.

    The result is sound (asserted with ``reports.check``), so what is saved can be loaded.
    """
    own = {
        "rf": execution.rf,
        "fr": execution.fr,
        "rmw": execution.rmw,
        "addr": execution.addr,
        "data": execution.data,
        "ctrl": execution.ctrl,
        "ctrl-later": execution.ctrl_later,
    }
    relations = {name: tuple(pairs(relation)) for name, relation in {**named_relations, **own}.items()}
    threads = [execution.thread_events(thread) for thread in range(len(execution.threads))]
    relations["po"] = tuple(pair for events in threads for pair in pairwise(events))
    relations["co"] = tuple(sorted(pair for writes in execution.coherence for pair in pairwise(writes)))
    report = Report(
        format="sealrace-report",
        version=1,
        tool=tool,
        scenario=scenario,
        protocol=protocol,
        fix=fix,
        parameters=dict(sorted(parameters.items())),
        program_hash=program_hash,
        model=structure.Model(name=model_name, rules_hash=rules_hash),
        property=_property(violation),
        threads=tuple(structure.Thread(name=name) for name in execution.threads),
        ends=_ends(execution),
        events=tuple(_event(position, event) for position, event in enumerate(execution.events)),
        source_of=execution.source_of,
        coherence=tuple(_coherence(execution, writes) for writes in sorted(execution.coherence)),
        relations=dict(sorted(relations.items())),
        witness=structure.Witness(
            order=tuple(witness.order),
            switches=witness.switches,
            reordered=tuple(sorted(witness.reordered)),
            forwarded=tuple(sorted(witness.forwarded)),
            exact=witness.exact,
            note=witness.note,
            unkept_coherence=tuple(sorted(witness.unkept_coherence)),
        ),
        search=search,
        sources=source_texts(event.source for event in execution.events if event.source),
        token=token,
        allowed_by=allowed_by,
    )
    wrong = wrong_edge(report)
    if wrong:
        raise InputError(f"{found_at}{found_at and ': '}the property {violation.property} {wrong}")
    fault = first_fault(report)
    assert fault is None, fault
    return report


def _property(violation: Violation) -> structure.Property:
    return structure.Property(
        name=violation.property,
        sentence=violation.sentence,
        path=tuple(
            structure.PathEdge(source=edge.source, target=edge.target, relation=edge.relation)
            for edge in violation.path
        ),
        marks=tuple(structure.EventMark(event=mark.event, label=mark.label) for mark in violation.marks),
    )


def _ends(execution: Execution) -> tuple[structure.End, ...]:
    """How the threads ended; an execution that lists no ends is one whose threads all returned."""
    if not execution.ends:
        return tuple(structure.End(ending=Ending.RETURNED, detail="") for _ in execution.threads)
    return tuple(structure.End(ending=end.ending, detail=end.detail) for end in execution.ends)


def _event(position: int, event: Event) -> structure.Event:
    source = event.source
    return structure.Event(
        id=position,
        thread=event.thread,
        index=event.index,
        kind=event.kind,
        tag=event.tag,
        location=event.location.name if event.location else None,
        value=event.value.name if isinstance(event.value, Object) else event.value,
        file=source.file if source else "",
        line=source.line if source else 0,
        stack=tuple(structure.Frame(function=call.function, number=call.number) for call in source.stack)
        if source
        else (),
        step=source.step if source else "",
        reference=source.reference if source else "",
        waits=event.waits,
        implied=event.implied,
    )


def _coherence(execution: Execution, writes: tuple[int, ...]) -> structure.Coherence:
    location = execution.events[writes[0]].location
    assert location is not None
    return structure.Coherence(location=location.name, writes=writes)
