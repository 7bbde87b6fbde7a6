"""Edits of modelled code: another ordering of an access, a fence more, an operation less.

They are made to what the code asks for, not to the code: a thread that is edited runs the same
coroutine, and where that awaits an operation at an edited site, the engine is given another one.
So the unfolder and the scheduler see one edited program.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import FrameType, TracebackType
from typing import Any, TypeAlias

from explorer.execution.kinds import Tag
from explorer.program.frames import awaiting_frames, file_of, step_and_reference
from explorer.program.program import Program, ThreadSpec
from explorer.program.request import Fence, Load, LockTest, Request, Store, Update, stand_in
from explorer.program.sites import Does, Site, label_of
from explorer.program.thread import ACCESS_TAGS, FENCES, FULL, UPDATE_TAGS, Order

FENCE_CALLS: Mapping[Tag, str] = {Tag.MB: "smp_mb", Tag.RMB: "smp_rmb", Tag.WMB: "smp_wmb", Tag.BARRIER: "barrier"}
"""The kernel's names of the fences that can be inserted."""


@dataclass(frozen=True)
class Reorder:
    """The accesses of a site are ordered so, more strictly or less."""

    site: Site
    order: Order


@dataclass(frozen=True)
class Insert:
    """A fence right before the operation of a site, whenever it is made."""

    site: Site
    tag: Tag


@dataclass(frozen=True)
class Skip:
    """The operation of a site is not made; modelled code is told ``answer``.

    A fence, a store and an unlock have the answer None, a lock that is taken the value of a free one.
    """

    site: Site
    answer: Any = None


Edit: TypeAlias = Reorder | Insert | Skip


class EditRefused(Exception):
    """Edits that cannot be written; the message says why."""


def edited(program: Program, edits: Iterable[Edit]) -> Program:
    """The program with these edits, made wherever a thread comes to their sites.

    Raises:
        ValueError: an ordering that the operation of a site cannot have, a tag that is no fence, two orderings
            of one site.
    """
    changes = Changes(edits)
    return Program(tuple(_EditedThread(each.name, each.function, each.arguments, changes) for each in program.threads))


class Changes:
    """Edits by the places where they are made. Several fences before one site keep their order."""

    def __init__(self, edits: Iterable[Edit]) -> None:
        self._at: dict[tuple[str, int], dict[Site, list[Edit]]] = {}
        for edit in edits:
            _check(edit)
            here = self._at.setdefault((edit.site.file, edit.site.line), {}).setdefault(edit.site, [])
            if isinstance(edit, Reorder) and any(isinstance(other, Reorder) for other in here):
                raise ValueError(f"two orderings are given for {edit.site}")
            here.append(edit)

    def of(self, request: Any, frames: Sequence[FrameType]) -> Sequence[Edit]:
        """The edits of a request that modelled code awaits in these frames."""
        operation = _does(request)
        if operation is None or not frames:
            return ()
        inner = frames[-1]
        here = self._at.get((file_of(inner), inner.f_lineno))
        if not here:
            return ()
        label = label_of(*step_and_reference(frames, request.at))
        return here.get(Site(file_of(inner), inner.f_lineno, label, operation), ())


def _check(edit: Edit) -> None:
    match edit:
        case Insert(tag=tag):
            if tag not in FENCES:
                raise ValueError(f"{tag} is no fence")
        case Reorder(site, order):
            refused = {Does.READ: (Order.RELEASE, FULL), Does.WRITE: (Order.ACQUIRE, FULL), Does.UPDATE: ()}
            if order in refused.get(site.does, tuple(Order)):
                raise ValueError(f"a {site.does.value} cannot be {order.value}")


def _does(request: Any) -> Does | None:
    match request:
        case Load():
            return Does.READ
        case Store():
            return Does.WRITE
        case Update():
            return Does.UPDATE
        case Fence():
            return Does.FENCE
        case LockTest():
            return Does.TEST
        case _:
            return None


@dataclass(frozen=True)
class _EditedThread(ThreadSpec):
    changes: Changes = field(default_factory=lambda: Changes(()))

    def start(self) -> Coroutine[Any, Any, Any]:
        coroutine = super().start()
        return _EditedCoroutine(coroutine, self.changes) if isinstance(coroutine, Coroutine) else coroutine


class _EditedCoroutine(Coroutine[Any, Any, Any]):
    """What an engine drives in place of a thread's coroutine, which is ``edited``.

    ``_ahead`` is what is still to be made before the coroutine goes on: the answer to the last of it is the
    coroutine's, those to the fences before are nobody's.
    """

    def __init__(self, edited: Coroutine[Any, Any, Any], changes: Changes) -> None:
        self.edited = edited
        self._changes = changes
        self._ahead: list[Any] = []

    def send(self, answer: Any) -> Any:
        while not self._ahead:
            request = self.edited.send(answer)
            edits = self._changes.of(request, awaiting_frames(self))
            skips = [edit for edit in edits if isinstance(edit, Skip)]
            if skips:
                answer = skips[0].answer
            else:
                self._ahead = [*_fences(edits), _reordered(request, edits)] if edits else [request]
        return self._ahead.pop(0)

    def throw(self, kind: Any, value: Any = None, traceback: TracebackType | None = None) -> Any:
        return self.edited.throw(kind if value is None else value)

    def close(self) -> None:
        self.edited.close()

    def __await__(self) -> Any:
        raise TypeError("an edited thread is driven by an engine, not awaited")


def _fences(edits: Sequence[Edit]) -> list[Fence]:
    inserted = [edit.tag for edit in edits if isinstance(edit, Insert)]
    return [stand_in(Fence(FENCE_CALLS.get(tag, tag.value), tag)) for tag in inserted]


def _reordered(request: Request, edits: Sequence[Edit]) -> Request:
    for edit in edits:
        if isinstance(edit, Reorder):
            return stand_in(_with_order(request, edit.order))
    return request


def _with_order(request: Request, order: Order) -> Request:
    match request:
        case Load() | Store():
            return replace(request, tag=ACCESS_TAGS[order])
        case Update():
            read, write = UPDATE_TAGS[order]
            return replace(request, read_tag=read, write_tag=write, full=order is FULL)
        case _:
            raise AssertionError(request)
