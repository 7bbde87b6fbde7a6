"""An execution, or the start of one, as a short word: what is needed to run it again, and nothing more.

A token is ``sr1_`` and base64url text, so that a double click takes all of it.  Behind it are a list in MessagePack
and four bytes of its SHA-256.  Hashes of the program and of the model's rules, four bytes each, tell whether either
has changed since; they are no protection against a token made to mislead: replaying checks every step.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from explorer.errors import InputError
from explorer.schedule.steps import Step
from explorer.search.record import Record

PREFIX = "sr1_"
"""What a token begins with: its version."""

_CHECK = 4  # bytes
_STEPS = 100_000  # more than any program has
_WORD = re.compile(r"[A-Za-z0-9_-]+=*")


class TokenError(InputError):
    """No token, or a damaged one."""


class Token(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a token says.

    Attributes:
        scenario: name of the scenario, ``FILE.py:NAME`` or ``FILE.litmus``.
        protocol: as on the command line; so are fix and model.
        fix: see above.
        model: see above.
        small: whether sizes are the scenario's small ones, but for ``parameters``.
        parameters: what differs from the sizes: sizes, switches chosen as 1, and bounds.
        program: the first four bytes of the program's hash.
        rules: the first four bytes of the hash of the model's rules.
        runs: the steps, in the form of ``packed``.
        record: what stands for the execution where no steps lead to it (load buffering).
        tells: the property, or the model's flag, that the report is about; empty where it is not of one.
        nth: which of the remarks under one flag, from 0.
        over: whether the execution ends after the steps.
        kept: whether it is one of the threads that a projection keeps.
    """

    scenario: str
    protocol: str
    fix: str
    model: str
    small: bool
    parameters: dict[str, int]
    program: bytes
    rules: bytes
    runs: tuple[int, ...]
    record: Record | None = None
    tells: str = ""
    nth: int = 0
    over: bool = True
    kept: bool = False

    @property
    def steps(self) -> tuple[Step, ...]:
        return unpacked(self.runs)

    def __str__(self) -> str:
        """The token as text."""
        content = msgspec.msgpack.encode(self, order="deterministic")
        return PREFIX + urlsafe_b64encode(content + _check(content)).decode().rstrip("=")


def start_of_hash(digest: str) -> bytes:
    """What a token keeps of a hash in hexadecimal."""
    return bytes.fromhex(digest[:8])


def packed(steps: Sequence[Step]) -> tuple[int, ...]:
    """Steps as numbers: a thread and how many steps it takes now; or a thread, 0, and the ``older`` of one step."""
    runs: list[int] = []
    last: Step | None = None
    for step in steps:
        if step.older:
            runs += (step.thread, 0, step.older)
        elif last == step:
            runs[-1] += 1
        else:
            runs += (step.thread, 1)
        last = step
    return tuple(runs)


def unpacked(runs: Sequence[int]) -> tuple[Step, ...]:
    """The steps that are packed so; ValueError where none are."""
    steps: list[Step] = []
    numbers = iter(runs)
    for thread in numbers:
        count = next(numbers, -1)
        older = next(numbers, -1) if count == 0 else 0
        if thread < 0 or older < 0 or not 0 <= count <= _STEPS - len(steps):
            raise ValueError(f"no steps are packed as {list(runs)}")
        steps += [Step(thread, older)] * max(count, 1)
    return tuple(steps)


def is_token(text: str) -> bool:
    """Whether a text is meant as a token: by its first letters."""
    return word(text).startswith(PREFIX)


def word(text: str) -> str:
    """A token without the white space that mail programs break it with."""
    return "".join(text.split())


def read_token(text: str) -> Token:
    """The token that a text stands for; white space in it is left out, as mail programs break lines.

    Raises TokenError for a text that is none, or damaged.
    """
    if not is_token(text):
        raise TokenError(f"a token begins with {PREFIX}\n  copy all of it")
    body = word(text).removeprefix(PREFIX)
    try:
        if not _WORD.fullmatch(body):
            raise ValueError
        content = urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        raise TokenError("the token has letters that no token has\n  copy all of it") from None
    content, check = content[:-_CHECK], content[-_CHECK:]
    if check != _check(content):
        raise TokenError("the token is damaged: its checksum is another\n  copy all of it")
    try:
        token = msgspec.msgpack.decode(content, type=Token)
        unpacked(token.runs)
        if token.nth < 0:
            raise ValueError
    except (msgspec.DecodeError, ValueError):
        raise TokenError("the token is none of this version of sealrace\n  explore again") from None
    return token


def _check(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()[:_CHECK]
