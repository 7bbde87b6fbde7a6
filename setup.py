"""What is compiled when Sealrace is installed: the modules that run once per execution or more often.

All else about the package stands in ``pyproject.toml``.  With SEALRACE_PURE=1, or where there is
no C compiler, the same files run as they are, several times slower; ``sealrace --version`` says which.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import BaseError, CCompilerError

COMPILED = [
    "explorer/execution/packed.py",
    "explorer/execution/packed_paths.py",
    "explorer/execution/relation.py",
    "explorer/execution/rows.py",
    "explorer/execution/words.py",
    "explorer/memory/cat/base.py",
    "explorer/memory/cat/binders.py",
    "explorer/memory/cat/evaluate.py",
    "explorer/memory/cat/families.py",
    "explorer/memory/cat/steps.py",
    "explorer/memory/growing.py",
    "explorer/program/expression.py",
    "explorer/program/step.py",
    "explorer/schedule/linear.py",
    "explorer/search/explore.py",
    "explorer/search/finished.py",
    "explorer/search/gaps.py",
    "explorer/search/growth.py",
    "explorer/search/interleavings.py",
    "explorer/search/leaf.py",
    "explorer/search/prepared.py",
    "explorer/search/state.py",
    "explorer/search/supply.py",
    "explorer/search/symmetry.py",
    "explorer/search/turns.py",
]

PURE = os.environ.get("SEALRACE_PURE", "") not in ("", "0")


def remove_compiled() -> None:
    """Remove what an earlier installation from this folder has compiled here: it would be loaded before the source."""
    for source in COMPILED:
        for suffix in EXTENSION_SUFFIXES:
            Path(source).with_suffix(suffix).unlink(missing_ok=True)


class Compile(build_ext):
    """Compiles with mypyc; where that fails the package is installed all the same."""

    def finalize_options(self) -> None:
        from mypyc.build import mypycify

        # What a module imports is not needed to compile it, and where pip builds it is not there.
        options = ["--config-file=", "--ignore-missing-imports"]
        self.distribution.ext_modules = mypycify([*options, *COMPILED], opt_level="3", group_name="sealrace")
        super().finalize_options()

    def run(self) -> None:
        remove_compiled()
        try:
            super().run()
        except (CCompilerError, BaseError, OSError) as error:
            remove_compiled()
            self.extensions = []
            print(f"Sealrace is installed uncompiled, and slower: {error}", file=sys.stderr)


class Compiled(Distribution):
    """A package with compiled modules, which are only laid out where they are built."""

    def has_ext_modules(self) -> bool:
        return not PURE


if PURE:
    remove_compiled()
setup(distclass=Compiled, cmdclass={"build_ext": Compile})
