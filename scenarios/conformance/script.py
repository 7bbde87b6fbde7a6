"""Calls and what they gave as text: a script that reads like Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

from scenarios.conformance.calls import Answer, Call, State
from scenarios.conformance.compare import Difference
from scenarios.real.memfd import seal_names
from scenarios.shmem import constants

_PROT = ("PROT_READ", "PROT_WRITE")
_FALLOC = (
    "FALLOC_FL_KEEP_SIZE",
    "FALLOC_FL_PUNCH_HOLE",
    "FALLOC_FL_COLLAPSE_RANGE",
    "FALLOC_FL_ZERO_RANGE",
    "FALLOC_FL_INSERT_RANGE",
    "FALLOC_FL_UNSHARE_RANGE",
)
_MFD = ("MFD_CLOEXEC", "MFD_ALLOW_SEALING", "MFD_NOEXEC_SEAL", "MFD_EXEC")


def _names(known: tuple[str, ...], flags: int) -> str:
    """Flags by name, bits without one as a number."""
    found = [name for name in known if flags & getattr(constants, name)]
    rest = flags & ~sum(getattr(constants, name) for name in known)
    return "|".join([*found, *([hex(rest)] if rest else [])]) or "0"


def _times(token: int, count: int) -> str:
    return f"{bytes([token])!r} * {count}"


_WRITTEN: Mapping[str, Callable[..., str]] = {
    "memfd_create": lambda name, flags: f"{name} = memfd_create('sealrace', {_names(_MFD, flags)})",
    "pread": lambda file, count, offset: f"pread({file}, {count}, {offset})",
    "pwrite": lambda file, token, count, offset: f"pwrite({file}, {_times(token, count)}, {offset})",
    "ftruncate": lambda file, length: f"ftruncate({file}, {length})",
    "fallocate": lambda file, mode, offset, length: f"fallocate({file}, {_names(_FALLOC, mode)}, {offset}, {length})",
    "fchmod": lambda file, mode: f"fchmod({file}, 0o{mode:03o})",
    "add_seals": lambda file, seals: f"fcntl({file}, F_ADD_SEALS, {seal_names(seals)})",
    "get_seals": lambda file: f"fcntl({file}, F_GET_SEALS)",
    "mmap": lambda name, file, length, prot, flags: (
        f"{name} = mmap({file}, {length}, {_names(_PROT, prot)}, {_names(('MAP_SHARED', 'MAP_PRIVATE'), flags)})"
    ),
    "mprotect": lambda name, prot: f"mprotect({name}, {_names(_PROT, prot)})",
    "mremap": lambda name: f"{name} = mremap({name}, MREMAP_MAYMOVE|MREMAP_FIXED)",
    "munmap": lambda name: f"munmap({name})",
    "load": lambda name, offset, count: f"{name}[{offset}:{offset + count}]",
    "store": lambda name, token, count, offset: f"{name}[{offset}:{offset + count}] = {_times(token, count)}",
    "splice": lambda file, count, offset: f"splice({file}, pipe, {count}, offset_src={offset})",
    "drain": lambda: "read(pipe)",
}


def written(call: Call) -> str:
    """The call as it is written in Python, descriptors by name: ``pwrite(rw, b'A' * 10, 4096)``."""
    return _WRITTEN[call.name](*call.arguments)


def shown(answer: Answer) -> str:
    """What a call gave: ``0``, ``EPERM``, ``b'A' * 10 + b'\\x00' * 4086``."""
    if isinstance(answer, bytes):
        return " + ".join(_times(byte, len(list(run))) for byte, run in groupby(answer)) or "b''"
    return str(answer)


def script(difference: Difference) -> Iterator[str]:
    """The lines of a difference: the calls before it and what both gave, the call, and what differs."""
    before = [(written(call), shown(answer)) for call, answer in difference.before]
    width = max((len(text) for text, _ in before), default=0)
    for call, result in before:
        yield f"{call:{width}}  # {result}"
    yield written(difference.call)
    for what in difference.what:
        for side, value in zip(("model", "kernel"), sides(difference, what), strict=True):
            yield f"    # {what:8}{side + ':':9}{value}"


def sides(difference: Difference, what: str) -> tuple[str, str]:
    """What the model and the kernel have of something that differs, as text."""
    if what == "result":
        modelled, real = difference.answers
        return shown(modelled), shown(real)
    first, second = (_field(state, what) for state in difference.states)
    return first, second


def _field(state: State, what: str) -> str:
    value = getattr(state, what)
    if what == "mode":
        return f"0o{value:03o}"
    return seal_names(value) if what == "seals" else shown(value)
