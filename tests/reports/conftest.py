"""The reports of ``toy_reports`` for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser import started_browser
from made_reports import crowd_report, locked_report
from msgspec.structs import replace
from playwright.sync_api import Browser
from served import Server, serving
from toy_reports import hostile_report, leak_report, long_report, odd_report, stale_report

from reports.structure import Report


@pytest.fixture
def leak() -> Report:
    return leak_report()


@pytest.fixture
def stale() -> Report:
    return stale_report()


@pytest.fixture
def odd() -> Report:
    return odd_report()


@pytest.fixture
def long() -> Report:
    return long_report()


@pytest.fixture
def hostile() -> Report:
    return hostile_report()


@pytest.fixture
def lkmm(stale: Report) -> Report:
    """The stale read as one of the kernel's model."""
    return replace(stale, model=replace(stale.model, name="lkmm"))


@pytest.fixture
def locked() -> Report:
    return locked_report()


@pytest.fixture
def crowd() -> Report:
    return crowd_report()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with started_browser() as found:
        yield found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A live explorer, which hands reports over to an empty folder."""
    with serving(tmp_path_factory.mktemp("live") / "out") as found:
        yield found
