"""All classic programs by name; those of a parametric family at a small size."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from explorer.program.program import Program
from scenarios.classic.growing import (
    atomic_increments,
    increments,
    last_zero,
    messages,
    readers,
    readers_of_their_own,
)
from scenarios.classic.litmus import (
    coherent_reads,
    independent_reads,
    load_buffering,
    message_passing,
    store_buffering,
    two_plus_two_writes,
    write_to_read_causality,
    writers,
)
from scenarios.classic.locking import abba, lock_handover
from scenarios.classic.v4 import v4

CLASSICS: dict[str, Callable[[], Program]] = {
    "SB": store_buffering,
    "MP": message_passing,
    "LB": load_buffering,
    "2+2W": two_plus_two_writes,
    "CoRR": coherent_reads,
    "IRIW": independent_reads,
    "WRC": write_to_read_causality,
    "writers-3": partial(writers, 3),
    "ABBA": abba,
    "handover": lock_handover,
    "v4-r1": partial(v4, 1),
    "increments-2": partial(increments, 2),
    "atomics-3": partial(atomic_increments, 3),
    "last-zero-2": partial(last_zero, 2),
    "readers-3": partial(readers, 3),
    "own-readers-2": partial(readers_of_their_own, 2),
    "messages-2": partial(messages, 2),
}
