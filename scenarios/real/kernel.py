"""The kernel that runs this program: which one it is, and what is told where it lacks something."""

from __future__ import annotations

import platform
import sys

from explorer.errors import InputError


class NotOnThisKernel(InputError):
    """The machine lacks what is to be done on it; the message says what would help."""


def require_linux() -> None:
    """Raises NotOnThisKernel on a machine that does not run Linux."""
    if not sys.platform.startswith("linux"):
        raise NotOnThisKernel(
            f"this makes system calls of Linux, and this machine runs {platform.system() or sys.platform}\n"
            "  run it on Linux; everything else that sealrace does works here too"
        )


def kernel_name() -> str:
    """``Linux 6.1.0-13-amd64 x86_64``."""
    about = platform.uname()
    return f"{about.system} {about.release} {about.machine}"
