"""What hypothesis draws calls and their arguments from."""

from __future__ import annotations

from hypothesis import strategies as st

from scenarios.conformance.calls import CAPACITY, FILES, Call
from scenarios.shmem.constants import (
    F_SEAL_EXEC,
    F_SEAL_FUTURE_WRITE,
    F_SEAL_GROW,
    F_SEAL_SEAL,
    F_SEAL_SHRINK,
    F_SEAL_WRITE,
    FALLOC_FL_COLLAPSE_RANGE,
    FALLOC_FL_INSERT_RANGE,
    FALLOC_FL_KEEP_SIZE,
    FALLOC_FL_PUNCH_HOLE,
    FALLOC_FL_UNSHARE_RANGE,
    FALLOC_FL_ZERO_RANGE,
    MAP_PRIVATE,
    MAP_SHARED,
    MAX_LFS_FILESIZE,
    MFD_ALLOW_SEALING,
    MFD_EXEC,
    MFD_NOEXEC_SEAL,
    PAGE_SIZE,
    PROT_NONE,
    PROT_READ,
    PROT_WRITE,
)

MAPPINGS = 2
"""Mappings at one time at most."""

CUTS = 2
"""Places inside a page at which its content may change."""

TOKEN = ord("A")

cuts = st.lists(st.integers(1, PAGE_SIZE - 1), min_size=CUTS, max_size=CUTS, unique=True).map(sorted)

first_flags = st.sampled_from((MFD_ALLOW_SEALING, MFD_ALLOW_SEALING | MFD_EXEC, MFD_NOEXEC_SEAL, 0))

files = st.sampled_from(("rw", "rw", "rw", "rw", *FILES))

pages = st.integers(0, CAPACITY)

places = st.tuples(pages, st.integers(0, CUTS))
"""A page, and which of the places in it at which content may change."""

tokens = st.integers(TOKEN, TOKEN + 7)

_EACH_SEAL = (F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE, F_SEAL_FUTURE_WRITE, F_SEAL_EXEC)

_SEVERAL_SEALS = (
    F_SEAL_SHRINK | F_SEAL_GROW,
    F_SEAL_SHRINK | F_SEAL_WRITE,
    F_SEAL_GROW | F_SEAL_FUTURE_WRITE,
    F_SEAL_SEAL,
    F_SEAL_SEAL | F_SEAL_WRITE,
    0,
)

_NO_SEALS = (0x40, 0x80 | F_SEAL_GROW, 1 << 31, 1 << 32, 1 << 33 | F_SEAL_SHRINK)

seals = st.sampled_from((*_EACH_SEAL, *_EACH_SEAL, *_EACH_SEAL, *_SEVERAL_SEALS, *_NO_SEALS))
"""Every seal, some together, and now and then bits that are none."""

modes = st.sampled_from((0, FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE))

protections = st.sampled_from((PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE, PROT_READ, PROT_WRITE, PROT_NONE))

sharing = st.sampled_from((MAP_SHARED, MAP_PRIVATE))

numbers = st.integers(0, MAPPINGS - 1)

_FOREIGN_MODES = (
    FALLOC_FL_PUNCH_HOLE,  # which wants KEEP_SIZE
    FALLOC_FL_COLLAPSE_RANGE,
    FALLOC_FL_ZERO_RANGE,
    FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE,
    FALLOC_FL_ZERO_RANGE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
    FALLOC_FL_INSERT_RANGE,
    FALLOC_FL_UNSHARE_RANGE,
    0x04,
    0x1000,
)
"""No memfd has these, known to the kernel or not."""

_FAR = MAX_LFS_FILESIZE

_wrong = st.sampled_from(
    (
        Call("pread", ("rw", 10, -1)),
        Call("pread", ("rw", 0, -1)),
        Call("pread", ("ro", 10, _FAR - 5)),
        Call("pread", ("wo", 0, 0)),
        Call("pread", ("wo", 10, -1)),
        Call("pwrite", ("rw", TOKEN, 10, -1)),
        Call("pwrite", ("rw", TOKEN, 0, -1)),
        Call("pwrite", ("rw", TOKEN, 10, _FAR - 5)),
        Call("pwrite", ("rw", TOKEN, 10, _FAR)),
        Call("pwrite", ("rw", TOKEN, 0, _FAR)),
        Call("pwrite", ("ro", TOKEN, 0, -1)),
        Call("ftruncate", ("rw", -1)),
        Call("ftruncate", ("ro", -1)),
        Call("fallocate", ("rw", 0, -1, 1)),
        Call("fallocate", ("rw", 0, 0, 0)),
        Call("fallocate", ("ro", FALLOC_FL_PUNCH_HOLE, 0, -1)),
        Call("fallocate", ("rw", 0, _FAR, 1)),
        Call("fallocate", ("rw", FALLOC_FL_KEEP_SIZE, 1, _FAR)),
        Call("fallocate", ("ro", 0, 1, _FAR)),
        Call("splice", ("rw", 10, -1)),
        Call("splice", ("wo", 10, -1)),
        Call("splice", ("wo", 0, 0)),
        *(Call("fallocate", (file, mode, 0, PAGE_SIZE)) for mode in _FOREIGN_MODES for file in ("rw", "ro")),
    )
)
"""Calls that are refused or do nothing, whatever the file is. With some, more than one thing is wrong."""

_HUGETLB = 0x4
"""MFD_HUGETLB: a file that is no shmem file."""

_flags = st.integers(0, 0x3F).map(lambda flags: flags & ~_HUGETLB) | st.sampled_from((1 << 20, 1 << 31))

_permissions = st.sampled_from((0o777, 0o666, 0o600, 0o700, 0o000))

asides = st.one_of(
    _wrong,
    st.sampled_from(FILES).map(lambda file: Call("get_seals", (file,))),
    _flags.map(lambda flags: Call("memfd_create", ("other", flags))),
    st.tuples(st.sampled_from(FILES), _permissions).map(lambda arguments: Call("fchmod", arguments)),
)
"""Calls that leave size, content and seals as they are."""
