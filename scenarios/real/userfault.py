"""userfaultfd(2): memory that is filled by this program when the kernel first touches it.

A system call that copies to such memory stands still inside its copy, for as long as
wanted: that is how a read is stopped after all its checks.

Source: the man pages userfaultfd(2) and ioctl_userfaultfd(2), include/uapi/linux/userfaultfd.h.
"""

from __future__ import annotations

import ctypes
import os
import platform
import select
from errno import ENOSYS, EPERM
from fcntl import ioctl
from struct import Struct

from scenarios.real.kernel import NotOnThisKernel, require_linux

_NUMBERS = {"x86_64": 323, "aarch64": 282}
"""The system call by machine."""

_API = Struct("=QQQ")  # struct uffdio_api: version, features, ioctls
_REGISTER = Struct("=QQQQ")  # struct uffdio_register: start, length, mode, ioctls
_COPY = Struct("=QQQQq")  # struct uffdio_copy: destination, source, length, mode, copied
_ZEROPAGE = Struct("=QQQq")  # struct uffdio_zeropage: start, length, mode, zeroed
_MESSAGE = Struct("=B7xQQQ")  # struct uffd_msg of a page fault: event, flags, address, thread


def _request(number: int, structure: Struct) -> int:
    """The number of an ioctl of userfaultfd that reads and writes a structure, as _IOWR makes it."""
    return 3 << 30 | structure.size << 16 | 0xAA << 8 | number


_UFFDIO_REGISTER = _request(0x00, _REGISTER)
_UFFDIO_COPY = _request(0x03, _COPY)
_UFFDIO_ZEROPAGE = _request(0x04, _ZEROPAGE)
_UFFDIO_API = _request(0x3F, _API)

_VERSION = 0xAA
_MODE_MISSING = 1
_EVENT_PAGEFAULT = 0x12

_libc = ctypes.CDLL(None, use_errno=True)


def userfaultfd(flags: int) -> int:
    """The system call: a descriptor, or minus an errno.  Raises NotOnThisKernel where its number is not known."""
    require_linux()
    machine = platform.machine()
    if machine not in _NUMBERS:
        raise NotOnThisKernel(
            f"the number of userfaultfd(2) on {machine} is not known here\n  it is on {', '.join(_NUMBERS)}"
        )
    fd: int = _libc.syscall(ctypes.c_long(_NUMBERS[machine]), ctypes.c_int(flags))
    return fd if fd >= 0 else -ctypes.get_errno()


class Userfault:
    """A userfaultfd, and the memory registered with it. Close it, or use it in a ``with`` block.

    Closing it lets every thread go on that stands in such memory; it finds zeros there.
    Addresses and lengths are whole pages of the kernel.
    """

    def __init__(self) -> None:
        """Raises NotOnThisKernel where there is no userfaultfd, or this user may not use it."""
        self._fd = userfaultfd(os.O_CLOEXEC | os.O_NONBLOCK)
        if self._fd < 0:
            raise _refused(-self._fd)
        try:
            ioctl(self._fd, _UFFDIO_API, _API.pack(_VERSION, 0, 0))
        except BaseException:
            os.close(self._fd)
            raise

    def register(self, start: int, length: int) -> None:
        """Hand out the pages of this range that nobody has touched yet."""
        ioctl(self._fd, _UFFDIO_REGISTER, _REGISTER.pack(start, length, _MODE_MISSING, 0))

    def wait(self, seconds: float) -> int | None:
        """The address of the page that somebody stands in front of, None if nobody does within this time."""
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        if not poll.poll(max(0, int(seconds * 1000))):
            return None
        event, _flags, address, _thread = _MESSAGE.unpack(os.read(self._fd, _MESSAGE.size))
        assert event == _EVENT_PAGEFAULT, "no other event has been asked for"
        return int(address)

    def copy(self, page: int, content: bytes) -> None:
        """Fill a page (UFFDIO_COPY) and wake who stands in front of it."""
        source = ctypes.create_string_buffer(content, len(content))
        ioctl(self._fd, _UFFDIO_COPY, _COPY.pack(page, ctypes.addressof(source), len(content), 0, 0))

    def zero(self, page: int, length: int) -> None:
        """Fill a page with zeros (UFFDIO_ZEROPAGE) and wake who stands in front of it."""
        ioctl(self._fd, _UFFDIO_ZEROPAGE, _ZEROPAGE.pack(page, length, 0, 0))

    def close(self) -> None:
        """Close it, once."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Userfault:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


_PERMIT = "run it as root, or permit it to everybody: sysctl vm.unprivileged_userfaultfd=1"


def _refused(errno: int) -> NotOnThisKernel:
    if errno == EPERM:
        return NotOnThisKernel(f"this user may not stop the kernel in a copy: userfaultfd(2) gives EPERM\n  {_PERMIT}")
    if errno == ENOSYS:
        return NotOnThisKernel(
            "this kernel has no userfaultfd(2), or a sandbox hides it: it gives ENOSYS\n"
            f"  use a kernel built with CONFIG_USERFAULTFD; there {_PERMIT}"
        )
    return NotOnThisKernel(f"userfaultfd(2) fails: {os.strerror(errno)}\n  {_PERMIT}")
