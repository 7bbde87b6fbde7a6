"""``sealrace conformance``: random sequences of calls on the modelled memfd and on that of the running kernel."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from explorer.cli.failures import INCOMPLETE, UsageProblem
from explorer.cli.interrupts import Interrupts
from explorer.cli.output import print_json, progress_bar
from explorer.visible import visible
from scenarios.conformance.running import described, require_memfd, running_kernel
from scenarios.conformance.script import script, shown, sides, written
from scenarios.real.kernel import kernel_name
from scenarios.shmem.kernel import Kernel, Version

if TYPE_CHECKING:
    from scenarios.conformance.compare import Difference
    from scenarios.conformance.sequences import Tally

_SHOW_EVERY = 100
"""Calls between two looks at the progress bar."""


def check_conformance(calls: int, seed: int, version: str | None, *, as_json: bool) -> int:
    """Compare the model with the running kernel and print what came of it; gives the exit status.

    Raises InputError where there is no such version, or nothing to compare with.
    """
    require_memfd()
    kernel = running_kernel() if version is None else _modelled(version)
    from scenarios.conformance.sequences import Tally, compare

    tally, difference = Tally(), None
    with Interrupts() as interrupts, progress_bar("Comparing", calls) as advance:

        def progress(so_far: Tally) -> None:
            nonlocal tally
            tally = so_far
            interrupts.check()
            if tally.total % _SHOW_EVERY == 0:
                advance(min(tally.total, calls), "")

        # That it was interrupted shows in the tally.
        with suppress(KeyboardInterrupt):
            tally, difference = compare(kernel, calls, seed, progress)
    if as_json:
        print_json(_to_json(kernel, calls, seed, tally, difference))
    else:
        _tell(kernel, calls, seed, tally, difference)
    if difference is not None:
        return 1
    return 0 if tally.total >= calls else INCOMPLETE


def _modelled(version: str) -> Kernel:
    """The kernel of a version, without the patch."""
    try:
        return Kernel(parts=frozenset(), version=Version(version))
    except ValueError:
        known = ", ".join(each.value for each in Version)
        raise UsageProblem(
            f"the model has no version {visible(version)!r}\n  choose from {known}; each is what came with it"
        ) from None


def _tell(kernel: Kernel, calls: int, seed: int, tally: Tally, difference: Difference | None) -> None:
    click.echo(f"model {described(kernel)}, on {kernel_name()}, seed {seed}")
    if difference is not None:
        click.echo(
            f"they differ, after {tally.total:,} calls in {tally.sequences:,} sequences; the shortest sequence:\n"
        )
        for line in script(difference):
            click.echo(f"  {line}")
        return
    for name, count in tally.calls.most_common():
        click.echo(f"  {name:<14}{count:>9,}")
    found = f"{tally.total:,} calls in {tally.sequences:,} sequences, no difference"
    click.echo(found if tally.total >= calls else f"interrupted: {found}; {calls:,} were asked for")


def _to_json(kernel: Kernel, calls: int, seed: int, tally: Tally, difference: Difference | None) -> dict[str, Any]:
    return {
        "model": described(kernel),
        "kernel": kernel_name(),
        "seed": seed,
        "asked": calls,
        "total": tally.total,
        "sequences": tally.sequences,
        "calls": dict(sorted(tally.calls.items())),
        "difference": None if difference is None else _difference(difference),
    }


def _difference(difference: Difference) -> dict[str, Any]:
    differs = {what: dict(zip(("model", "kernel"), sides(difference, what), strict=True)) for what in difference.what}
    return {
        "before": [{"call": written(call), "result": shown(answer)} for call, answer in difference.before],
        "call": written(difference.call),
        "differs": differs,
    }
