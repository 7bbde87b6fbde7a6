"""A hash of what a program does, so that a stored run can tell whether it still fits."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from explorer.program.flow import Arm
from explorer.program.tree import Unfolding


def fingerprint(unfolding: Unfolding) -> str:
    """SHA-256 over threads, initial values and the flow of every thread, in hexadecimal.

    It does not depend on file names, line numbers or the Python version: moving code or
    rewording a comment leaves it as it is, another access, order or decision changes it.
    """
    digest = hashlib.sha256()

    def add(*parts: object) -> None:
        digest.update(repr(parts).encode())

    for location in unfolding.locations:
        add("location", location.name, location.initial)
    for tree in unfolding.trees:
        flow = tree.flow
        add("thread", flow.thread.name)
        _add_arm(add, flow.start)
        for state in flow.states:
            for outcome, arm in state.arms.items():
                add("arm", state.number, state.cause.value, outcome)
                _add_arm(add, arm)
    return digest.hexdigest()


def _add_arm(add: Callable[..., None], arm: Arm) -> None:
    add(arm.summary, len(arm.places), bool(arm.cut), arm.next.number if arm.next else None)
