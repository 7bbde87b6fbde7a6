"""The commands that list scenarios and begin one."""

from __future__ import annotations

import click

from explorer.cli.options import PathName


@click.command("list")
@click.argument("name", required=False, metavar="[FILE.py|SCENARIO]", type=PathName())
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of text.")
def list_scenarios(name: str | None, as_json: bool) -> None:
    """List the scenarios with their fixes, protocols, sizes and switches: all that are installed, or a file's."""
    from explorer.cli.listing import show_scenarios

    show_scenarios(name, as_json=as_json)


@click.command()
@click.argument("name_or_file", metavar="[NAME|FILE.py]", default="handover", type=PathName())
def new(name_or_file: str) -> None:
    """Write a scenario to begin with: NAME in NAME.py, or in FILE.py. Without either it is handover.

    A file that is there stays as it is, and the exit status is 2.
    """
    from explorer.cli.new import write_new

    write_new(name_or_file)
