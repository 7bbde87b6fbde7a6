"""A witness schedule as plain data: processes hand it to each other, so it is not compiled."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Witness:
    """A total order in which the events of one execution may take effect.

    Attributes:
        order: all events but the initial writes, fences included.
        switches: changes of thread between consecutive events of ``order``.
        reordered: accesses that take effect before a po-earlier access of their own
            thread, in the order of effect.
        forwarded: loads that take effect before the store of their own thread that they
            read, in the order of effect.
        exact: whether no linear extension has fewer switches, or as many switches and
            fewer reordered accesses.
        note: what the order falls short of, one plain sentence; empty when it is exact
            and follows the coherence order of every location.
        unkept_coherence: names of the locations whose stores could not all be placed in
            coherence order, as the execution lists them.
    """

    order: tuple[int, ...]
    switches: int
    reordered: tuple[int, ...]
    forwarded: tuple[int, ...]
    exact: bool
    note: str
    unkept_coherence: tuple[str, ...]
