"""Which kernel is modelled for the running one, and where there is nothing to be compared with."""

from __future__ import annotations

import platform

import pytest

from scenarios.conformance import running
from scenarios.conformance.running import described, named_version, require_memfd, running_kernel
from scenarios.real.kernel import NotOnThisKernel
from scenarios.shmem.kernel import Kernel, Version


@pytest.mark.parametrize(
    ("release", "version"),
    [
        ("5.4.0-42-generic", Version.V5_16),
        ("6.1.0-13-amd64", Version.V5_16),
        ("6.3.0", Version.V6_3),
        ("6.8.0-45-generic", Version.V6_7),
        ("6.12.9", Version.V6_9),
        ("6.18.44", Version.V6_13),
        ("7.0-rc1", Version.V6_13),
    ],
)
def test_the_version_goes_by_name(release: str, version: Version) -> None:
    assert named_version(release) is version


def test_what_was_taken_over_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """This kernel has all of it, whatever it is called."""
    monkeypatch.setattr(platform, "release", lambda: "6.1.0-13-amd64")
    kernel = running_kernel()
    assert kernel == Kernel(parts=frozenset({Version.V6_3, Version.V6_5, Version.V6_7}), version=Version.V5_16)
    assert described(kernel) == "v5.16 with v6.3, v6.5, v6.7"
    monkeypatch.setattr(platform, "release", lambda: "6.5.0")
    assert described(running_kernel()) == "v6.5 with v6.7"


def test_this_kernel_can_be_compared() -> None:
    require_memfd()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PAGESIZE", 65536, "pages have 65536 bytes here, those of the model 4096"),
        ("_memfd_noexec", lambda: 1, r"memfd_noexec is 1 here, in the model 0\n  sysctl vm.memfd_noexec=0"),
        ("_blocks_of_a_page", lambda: 4096, "takes 4096 blocks here: the model has no huge pages"),
    ],
)
def test_another_setting_is_told(monkeypatch: pytest.MonkeyPatch, name: str, value: object, message: str) -> None:
    monkeypatch.setattr(running, name, value)
    with pytest.raises(NotOnThisKernel, match=message):
        require_memfd()


def test_without_memfds_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("os.memfd_create")
    with pytest.raises(NotOnThisKernel, match=r"this Python has no os\.memfd_create"):
        require_memfd()
