"""The pages of the live explorer beside that of a state: where it starts, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from explorer.visible import visible
from reports.pages.template import render_page


@dataclass(frozen=True)
class Offered:
    """A scenario that can be chosen, in visible text.

    ``sizes`` says what the default sizes are, ``small`` what the small ones are; ``start`` is
    the path where it starts.
    """

    name: str
    title: str
    fixes: Sequence[str]
    protocols: Sequence[str]
    sizes: str
    small: str
    start: str


@dataclass(frozen=True)
class _Size:
    value: str
    words: str


@dataclass(frozen=True)
class Form:
    """What can be chosen; its lists are those of the scenario that is."""

    scenarios: Sequence[Offered]
    models: Sequence[str]

    def _offered(self, chosen: Mapping[str, str]) -> Offered:
        return next(each for each in self.scenarios if each.name == chosen["scenario"])

    def fixes(self, chosen: Mapping[str, str]) -> list[str]:
        """The fixes, and the chosen one where it is several joined."""
        return list(dict.fromkeys([*self._offered(chosen).fixes, chosen["fix"]]))

    def protocols(self, chosen: Mapping[str, str]) -> Sequence[str]:
        """The protocols."""
        return self._offered(chosen).protocols

    def sizes(self, chosen: Mapping[str, str]) -> list[_Size]:
        """Default and small."""
        offered = self._offered(chosen)
        full, small = (f" ({words})" if words else "" for words in (offered.sizes, offered.small))
        return [_Size("full", f"default{full}"), _Size("small", f"small{small}")]


def home_page(form: Form) -> str:
    """Where one starts: all scenarios."""
    return render_page("live_home.html.j2", styles=("execution.css", "live.css"), served=True, form=form)


def problem_page(message: str, form: Form | None = None, chosen: Mapping[str, str] | None = None) -> str:
    """What went wrong, in lines: the first says what, the others what to do; ``form`` keeps what was chosen."""
    lines = [visible(line.strip()) for line in message.split("\n")]
    return render_page(
        "live_problem.html.j2",
        styles=("execution.css", "live.css"),
        served=True,
        problem=lines,
        form=form,
        chosen=chosen,
    )
