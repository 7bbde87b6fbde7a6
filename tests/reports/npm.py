"""Packages of the npm registry that tests use, in a folder that .ci/run fills; nothing of them is in the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("SEALRACE_TEST_NPM", Path(__file__).parents[2] / ".tools" / "node_modules"))


def npm_file(path: str) -> Path:
    """A file of a package; a test that needs it is skipped where it is not there."""
    file = FOLDER / path
    if not file.exists():
        package = "/".join(path.split("/")[: 2 if path.startswith("@") else 1])
        pytest.skip(f"needs npm's {package} in {FOLDER}: npm install --prefix .tools --no-save {package}")
    return file
