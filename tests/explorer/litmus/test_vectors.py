"""Every vector exactly: final states, both counts, flags."""

from __future__ import annotations

import pytest
from vector_files import differences, vectors

from explorer.memory.model import load_model

SIZES = {"lkmm": 744, "sc": 741, "tso": 742, "pso": 745, "armv8": 475}
PARTS = 4


@pytest.mark.parametrize("model", SIZES)
def test_no_vector_is_missing(model: str) -> None:
    assert len(vectors(model)) == SIZES[model]
    assert all(vector.path.is_file() for vector in vectors(model))


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("model", SIZES)
def test_all_answers_are_exact(model: str, part: int) -> None:
    assert list(differences(load_model(model), vectors(model)[part::PARTS])) == []
