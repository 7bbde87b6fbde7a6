"""Whether SPIN and a C compiler are there for the tests that ask it."""

from __future__ import annotations

import shutil

import pytest

needs_spin = pytest.mark.skipif(
    shutil.which("spin") is None or shutil.which("cc") is None, reason="needs spin and cc (apt install spin gcc)"
)
