"""A file whose appearance tells all worker processes to stop."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_LOOK_SECONDS = 0.1


class StopFile:
    """Whether to stop; it travels between processes. The file is not looked for at every call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._next = 0.0

    def set(self) -> None:
        """Tell all."""
        self._path.touch()

    def __call__(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + _LOOK_SECONDS
        return self._path.exists()


@contextmanager
def stop_file() -> Iterator[StopFile]:
    """A file that is not there yet, in a folder that goes in the end."""
    with TemporaryDirectory(prefix="sealrace-") as folder:
        yield StopFile(Path(folder, "stop"))
