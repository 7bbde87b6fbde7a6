"""The command line: its commands, which import what is heavy as they run, and what errors of a user turn into."""

from __future__ import annotations

import click

from explorer.cli.commands.comparing import diff
from explorer.cli.commands.crosschecking import crosscheck
from explorer.cli.commands.driving import run, serve
from explorer.cli.commands.explain import explain
from explorer.cli.commands.exploring import explore, matrix, survey
from explorer.cli.commands.kernel import conformance, reproduce
from explorer.cli.commands.litmus import litmus, why_not
from explorer.cli.commands.models import models
from explorer.cli.commands.mutating import mutate
from explorer.cli.commands.repairing import repair
from explorer.cli.commands.reports import graph, replay
from explorer.cli.commands.scenarios import list_scenarios, new


class _Commands(click.Group):
    """Turns the errors that a user can mend into one clear message and exit status 2."""

    def invoke(self, ctx: click.Context) -> object:
        from explorer.cli.failures import user_errors
        from explorer.cli.prints import prints_apart

        with user_errors(), prints_apart():
            return super().invoke(ctx)


def _version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from explorer.version import described

        click.echo(described())
        ctx.exit()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--version", is_flag=True, callback=_version, expose_value=False, is_eager=True, help="Show the version.")
def main() -> None:
    """Explore every execution of a lockless path, and show the ones that break a property.

    Exit status: 0 all HOLDS (with --expect: all as declared), 1 something VIOLATED (or not as
    declared, or nothing is declared for it; of run: found), 2 bad input or usage, 3 INCOMPLETE and
    nothing of this (of run: not found), 70 an error of the program itself.
    """


_COMMANDS: tuple[click.Command, ...] = (
    *(list_scenarios, new, models),
    *(explore, matrix, survey, litmus, why_not),
    *(run, serve),
    *(replay, graph, explain, diff),
    *(repair, mutate),
    *(reproduce, conformance, crosscheck),
)
for _command in _COMMANDS:
    main.add_command(_command)
