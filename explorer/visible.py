"""Text from scenarios and files, made safe to show in any form."""


def visible(text: str) -> str:
    r"""The text with every character that shows no glyph of its own written as an escape.

    Control characters (``\x1b``), direction and zero-width marks (``\u202e``), line
    separators and unassigned or unpaired code points can hide or reorder what a reader
    sees, and XML forbids some of them.  Markup characters (``<``, ``&``, quotes) stay:
    each form quotes those in its own way.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else escaped(char) for char in text)


def escaped(char: str) -> str:
    r"""One character as an escape: ``\xe9``."""
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
