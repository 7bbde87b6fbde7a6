"""What the properties mean: for SARIF's rules, and the words of the gallery."""

from __future__ import annotations

from explorer.search.violations import DEADLOCK, OUTCOME

_READ = "Follow the edges between threads: each is a pair of accesses that race."

_MEANINGS = {
    "leak": "A read copies out what the guest stored after the seal.",
    "late": "A read returns content that nothing made it copy before the seal.",
    "stale": "A read saw a size stored after the seal, and then found the inode unsealed.",
    "masked": "A read met the seal behind a page that it had copied, and returned that page's bytes instead of -EPERM.",
    "mapped": "A mapping is made or made longer, and the model does not put that before the seal.",
    "swapped": "A swap entry takes the place of a page, and the model does not put that before the seal.",
    "written": "A store of content comes after the seal.",
    "shrunk": "A size smaller than the one before it was stored after the seal.",
    "size-cache": "When all threads are done, a page is attached beyond the end of the file.",
    "pages": "A page's reference count is not that of the references to it, or below 0; or a page was inserted twice.",
    "lock-order": "A thread acquires a lock while it holds one that comes later in the lock order.",
    DEADLOCK: "A thread waits for ever: the last value of the location that it waits for does not let it go on.",
    "flag data-race": "Two accesses to one location, one of them a store and one plain, that nothing orders.",
    OUTCOME: "What came out of an execution that breaks nothing.",
    "exists": "An execution that the litmus test's condition asks for.",
    "~exists": "An execution that the litmus test's condition excludes.",
    "forall": "An execution that does not meet the litmus test's condition, which all should.",
}


def meaning_of(name: str) -> str:
    """The property (or flag) in one sentence; one of a scenario's own is said to be that."""
    if name in _MEANINGS:
        return _MEANINGS[name]
    if name.startswith("flag "):
        return f"The memory model flags {name.removeprefix('flag ')} in an execution."
    return f"An execution breaks the property {name} of its scenario."


def help_of(name: str) -> str:
    """The same, with how to read a result."""
    return f"{meaning_of(name)} The code flow is one order in which the execution can take effect. {_READ}"
