"""Comments of model files: ``(* nested (* as in OCaml *) *)``, ``// to the end of the line`` and ``# so too``."""

from __future__ import annotations

from explorer.memory.cat.source import CatError, Place, Source


def blank_comments(source: Source) -> str:
    """The text with every comment replaced by spaces, so that offsets stay.

    Raises:
        CatError: a comment is never closed.
    """
    text = source.text
    kept: list[str] = []
    opened: list[int] = []  # where the comments around the current position start
    at = 0
    while at < len(text):
        end = at + 1
        if text.startswith("(*", at):
            opened.append(at)
            end = at + 2
            blank = True
        elif opened and text.startswith("*)", at):
            opened.pop()
            end = at + 2
            blank = True
        elif opened:
            blank = True
        elif text.startswith("//", at) or text[at] == "#":
            newline = text.find("\n", at)
            end = newline if newline >= 0 else len(text)
            blank = True
        else:
            if text[at] == '"':
                closing = text.find('"', at + 1)
                end = closing + 1 if closing >= 0 else end
            blank = False
        piece = text[at:end]
        kept.append("".join(c if c == "\n" else " " for c in piece) if blank else piece)
        at = end
    if opened:
        raise CatError("this comment is never closed", Place(source, opened[0], opened[0] + 2))
    return "".join(kept)
