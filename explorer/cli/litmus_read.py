"""Litmus files as they are read: by their suffix, with the operations of a model."""

from __future__ import annotations

from pathlib import Path

from explorer.litmus.expand import Macros, expand
from explorer.litmus.macros import macros_of_model, operations
from explorer.litmus.parsed import parsed_test
from explorer.litmus.source import Source
from explorer.litmus.syntax import Litmus
from explorer.litmus.unfold import LitmusUnfolding
from explorer.memory.model import Model

SUFFIX = ".litmus"


def read_test(path: Path, macros: Macros) -> tuple[Litmus, LitmusUnfolding]:
    """The test as written, and ready to be explored.

    Raises LitmusError where the file has a mistake or uses what is not supported.
    """
    test = parsed_test(Source.read(path))
    return test, LitmusUnfolding(expand(test, macros))


def macros_of(model: Model) -> Macros:
    """The operations that a model's tests use: those of its own macro file where it has one."""
    if model.macros is None:
        return operations()
    return macros_of_model(Source(model.macros_file or model.name, model.macros))
