"""Version and form of the code, where reading them costs nothing; pyproject.toml takes the version from here."""

from importlib.machinery import EXTENSION_SUFFIXES
from os import path

VERSION = "0.1.0"

COMPILED = any(
    path.exists(path.join(path.dirname(__file__), "execution", f"packed{suffix}")) for suffix in EXTENSION_SUFFIXES
)
"""Whether the hot modules are installed compiled (see setup.py); they work as Python, too."""


def described() -> str:
    """What ``--version`` says: ``sealrace 0.1.0, compiled``."""
    return f"sealrace {VERSION}, {'compiled' if COMPILED else 'uncompiled (slower)'}"
