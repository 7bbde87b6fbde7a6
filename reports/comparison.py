"""Two explored cells side by side: what was compared, and which violations are gone, kept and new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from explorer.search.result import KindKey
from explorer.visible import visible
from reports.kinds import ViolationKind
from reports.runs import RunHeader


@dataclass(frozen=True)
class Answer:
    """What an exploration of one cell has answered, as far as two of them can be compared.

    ``final``: the search came to its end, and no bound or goal not reached keeps its answer from being final.
    ``violating`` and ``remarks`` count executions per property and per flag of the model.
    """

    verdict: str
    final: bool
    executions: int
    violating: Mapping[str, int]
    remarks: Mapping[str, int]
    kinds: tuple[ViolationKind, ...]

    @classmethod
    def of(cls, header: RunHeader) -> Answer:
        """The answer that a run file holds."""
        search = header.search
        final = search.complete and not header.limits
        verdict = header.verdict.value
        return cls(verdict, final, search.executions, search.violating, search.remarks, header.kinds)


@dataclass(frozen=True)
class Count:
    """A number before and after."""

    name: str
    before: int
    after: int


@dataclass(frozen=True)
class Comparison:
    """Two answers.  ``gone``, ``kept`` and ``new`` are kinds of violation, a kept one as it is in both."""

    before: Answer
    after: Answer
    gone: tuple[ViolationKind, ...]
    kept: tuple[tuple[ViolationKind, ViolationKind], ...]
    new: tuple[ViolationKind, ...]

    @classmethod
    def of(cls, before: Answer, after: Answer) -> Comparison:
        """Compare by kind: kinds are the same where property and path are."""
        old: dict[KindKey, ViolationKind] = {kind.key: kind for kind in before.kinds}
        keys = {kind.key for kind in after.kinds}
        return cls(
            before,
            after,
            tuple(kind for kind in before.kinds if kind.key not in keys),
            tuple((old[kind.key], kind) for kind in after.kinds if kind.key in old),
            tuple(kind for kind in after.kinds if kind.key not in old),
        )

    @property
    def counts(self) -> list[Count]:
        """Executions, and of them those that break a property or are flagged; what is 0 in both is left out."""
        found = [Count("executions", self.before.executions, self.after.executions)]
        for one, other in (
            (self.before.violating, self.after.violating),
            (self.before.remarks, self.after.remarks),
        ):
            found += [Count(name, one.get(name, 0), other.get(name, 0)) for name in dict.fromkeys([*one, *other])]
        return [found[0], *(count for count in found[1:] if count.before or count.after)]

    @property
    def differs(self) -> bool:
        """Whether the two answers say different things."""
        changed = any(count.before != count.after for count in self.counts)
        changed |= any(old.executions != new.executions for old, new in self.kept)
        same_end = (self.before.verdict, self.before.final) == (self.after.verdict, self.after.final)
        return changed or bool(self.gone or self.new) or not same_end

    @property
    def sentence(self) -> str:
        """What has become of the violations, in one sentence."""
        if not self.differs:
            return "Nothing differs."
        before, gone, kept, new = len(self.before.kinds), len(self.gone), len(self.kept), len(self.new)
        if not before and not new:
            ends = self.before.verdict, self.after.verdict
            what = (
                f"the verdict was {ends[0]} and is {ends[1]}" if ends[0] != ends[1] else "numbers of executions differ"
            )
            return f"No violation in either; {what}."
        lost = "gone" if self.after.final else "not met again, by a search that is not final"
        parts = []
        if before and gone == before:
            parts.append(f"{'The only kind' if gone == 1 else f'All {gone} kinds'} of violation {_is(gone)} {lost}")
        elif gone:
            parts.append(f"Of {before} kinds of violation {gone} {_is(gone)} {lost}, {kept} {_stays(kept)}")
        elif before:
            parts.append(f"{'The only kind' if kept == 1 else f'All {kept} kinds'} of violation {_stays(kept)}")
        if new:
            others = (
                f"{new} {_is(new)} new" if parts else f"{new} kind{'' if new == 1 else 's'} of violation {_is(new)} new"
            )
            parts.append(others)
        words = "; ".join(parts)
        return (
            f"{words}; the verdict is {self.after.verdict}."
            if self.before.verdict != self.after.verdict
            else f"{words}."
        )


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _stays(count: int) -> str:
    return "stays" if count == 1 else "stay"


# ---- what was compared


def setting_of(header: RunHeader) -> str:
    """What was explored: ``inflight, fix none, protocol P2, model sc``."""
    words = header.scenario, header.fix, header.protocol, header.model.name
    return "{}, fix {}, protocol {}, model {}".format(*map(visible, words))


def sizes_of(header: RunHeader) -> str:
    """Sizes, switches and bounds: ``count=4096, pages=1, unroll=3``."""
    return ", ".join(visible(f"{name}={value}") for name, value in sorted(header.parameters.items()))


def what_differs(before: RunHeader, after: RunHeader) -> list[str]:
    """In which respects the two cells are different questions, in words."""
    found = [
        name
        for name, one, other in (
            ("scenario", before.scenario, after.scenario),
            ("protocol", before.protocol, after.protocol),
            ("fix", before.fix, after.fix),
            ("model", before.model.name, after.model.name),
            ("sizes", before.parameters, after.parameters),
        )
        if one != other
    ]
    if before.model.name == after.model.name and before.model.rules_hash != after.model.rules_hash:
        found.append("the model's rules")
    # A search whose program was not unfolded in time has no hash of it.
    hashes = {before.program_hash, after.program_hash} - {""}
    if not set(found) & {"scenario", "protocol", "fix", "sizes"} and len(hashes) > 1:
        found.append("the modelled code")
    return found


def warnings(before: RunHeader, after: RunHeader, differs: Sequence[str] | None = None) -> list[str]:
    """Why the two may not be compared as one would like to.

    ``differs`` names the respects in which they do, ``what_differs`` where it is None.
    """
    differs = what_differs(before, after) if differs is None else differs
    found = []
    if len(differs) > 1:
        words = f"{', '.join(differs[:-1])} and {differs[-1]}"
        found.append(f"{words} differ: what changes cannot be put down to one of them")
    if "sizes" in differs:
        found.append("the sizes differ: kinds of violation can be compared, numbers of executions cannot")
    if before.search.left_out != after.search.left_out:
        found.append("the searches left out different threads: numbers of executions cannot be compared")
    for name, header in (("first", before), ("second", after)):
        if not header.search.complete:
            found.append(f"the {name} search was stopped: what it has not may only not have been met")
        elif header.limits:
            found.append(f"the {name} answer is not final: {visible('; '.join(header.limits))}")
    return found
