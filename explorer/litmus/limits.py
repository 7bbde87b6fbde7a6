"""How large a test or macro file may be."""

from __future__ import annotations

MAX_DEPTH = 60
"""How deep statements, parentheses and operators may nest: far more than people write, and little
enough for every later walk over the tree to be a plain recursion."""
