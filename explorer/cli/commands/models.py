"""The commands for memory models."""

from __future__ import annotations

import click

from explorer.cli.options import PathName


@click.group(invoke_without_command=True)
@click.pass_context
def models(ctx: click.Context) -> None:
    """List the memory models."""
    if ctx.invoked_subcommand is None:
        from explorer.cli.listing import show_models

        show_models()


@models.command("show")
@click.argument("name", type=PathName())
@click.option("--plan", is_flag=True, help="Print when each relation and check is computed instead.")
def show_model(name: str, plan: bool) -> None:
    """Print the rules of model NAME: a model's name, a .cat file, or a folder as a kernel's tools/memory-model."""
    if plan:
        from explorer.cli.model_plan import show_model_plan

        show_model_plan(name)
    else:
        from explorer.cli.listing import show_model_text

        show_model_text(name)
