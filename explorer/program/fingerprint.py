"""A hash of what a program does, so that a stored run can tell whether it still fits."""

from __future__ import annotations

import hashlib

from explorer.program.unfolded import UnfoldedProgram


def fingerprint(unfolding: UnfoldedProgram) -> str:
    """SHA-256 over threads, initial values and what every thread does, in hexadecimal.

    It does not depend on file names, line numbers or the Python version: moving code or
    rewording a comment leaves it as it is, another access, order or decision changes it.
    """
    digest = hashlib.sha256()
    # Identical threads share their paths: by the root of these, what they do.
    summaries: dict[int, bytes] = {}

    def add(*parts: object) -> None:
        digest.update(repr(parts).encode())

    for location in unfolding.locations:
        add("location", location.name, location.initial)
    for tree in unfolding.trees:
        add("thread", tree.thread.name)
        root = id(tree.root)
        if root not in summaries:
            summaries[root] = b"".join(repr(part).encode() for part in tree.summary())
        digest.update(summaries[root])
    return digest.hexdigest()
