"""What tests of several folders share: the memory model and the litmus tests that the installed kernel source ships."""

from __future__ import annotations

import fcntl
import os
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.cli import scenario_file
from scenarios.real.kernel import NotOnThisKernel
from scenarios.real.userfault import Userfault

ARCHIVE = Path("/usr/src/linux-source-6.1.tar.xz")
ROOT = "linux-source-6.1"
FOLDER = "tools/memory-model"
DOCUMENTATION = "Documentation/litmus-tests"


HERE = Path(__file__).parents[1]
READY = HERE / ".venv" / ".ready"


def pytest_configure() -> None:
    """What has been compiled is what the sources say, as far as make knows."""
    libraries = [*HERE.glob("explorer/**/*.so")]
    sources = {library.with_name(library.name.partition(".")[0] + ".py") for library in libraries}
    if READY.exists():
        for source in sorted(sources):
            if source.stat().st_mtime > READY.stat().st_mtime:
                raise pytest.UsageError(f"{source.relative_to(HERE)} has changed since it was compiled: run make test")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is parsed in tests, and in the processes that they start, is kept in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEALRACE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def no_scenario_file_stays(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What scenario files bring into this process goes with the test: the next has other files of the same names."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(scenario_file, "_loaded", {})
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.endswith(".py") or name == "helpers":
            del sys.modules[name]


@pytest.fixture(scope="session")
def userfaultfd() -> None:
    """Skips tests that stop the kernel in a copy where this user may not do that, or it is not Linux."""
    try:
        Userfault().close()
    except NotOnThisKernel as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def kernel_memory_model(request: pytest.FixtureRequest) -> Path:
    """``tools/memory-model`` of Debian's linux-source-6.1: the .cat, .bell, .def and .litmus files, unchanged.

    Unpacking takes some 20 s, so it is done once per checkout, in pytest's cache folder; workers that come
    later wait on a lock.
    """
    if not ARCHIVE.exists():
        pytest.fail(f"{ARCHIVE} is missing: apt install linux-source-6.1")
    cache = request.config.cache
    assert cache is not None
    shelf = cache.mkdir("kernel-memory-model")
    version = ARCHIVE.stat()
    source = shelf / f"{version.st_size}-{version.st_mtime_ns}-documented"
    with (shelf / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not source.exists():
            _unpack(source)
    return source / FOLDER


@pytest.fixture(scope="session")
def kernel_litmus_tests(kernel_memory_model: Path) -> list[Path]:
    """The 38 litmus tests of that kernel: those beside its model, and those of its documentation."""
    source = kernel_memory_model.parents[1]
    beside, documented = source / FOLDER / "litmus-tests", source / DOCUMENTATION
    paths = [*sorted(beside.glob("*.litmus")), *sorted(documented.rglob("*.litmus"))]
    assert len(paths) == 38
    return paths


def _unpack(target: Path) -> None:
    """Unpack the two folders; ``target`` appears when it is complete."""
    with tempfile.TemporaryDirectory(dir=target.parent) as partial, tarfile.open(ARCHIVE, "r|xz") as archive:
        found = False
        for member in archive:
            if member.name.startswith((f"{ROOT}/{DOCUMENTATION}/", f"{ROOT}/{FOLDER}/")):
                archive.extract(member, partial, filter="data")
                found = member.name.startswith(f"{ROOT}/{FOLDER}/")
            elif found:
                break  # the members of a folder follow one another, and this one is last: the rest need not be read
        os.rename(Path(partial, ROOT), target)
