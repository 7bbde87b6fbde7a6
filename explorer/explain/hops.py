"""One step of a cycle or of a chain of accesses, each of which comes before the next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hop:
    """``source`` comes before ``target``.

    Within one thread because it is earlier in its code (``po``), whatever else relates the two; between threads
    because ``target`` reads what ``source`` stores (``rf``), overwrites it (``co``), or overwrites the value that
    ``source`` read (``fr``).
    """

    source: int
    target: int
    relation: str
