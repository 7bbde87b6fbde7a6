"""``sealrace list`` and ``sealrace models``."""

from __future__ import annotations

import json

import click

from explorer.cli.cell import all_scenarios, builtin_models
from explorer.memory.model import load_model


def show_scenarios(as_json: bool) -> None:
    """Print every scenario: what it shows, its fixes, protocols and sizes."""
    for scenario in all_scenarios():
        if as_json:
            click.echo(
                json.dumps(
                    {
                        "scenario": scenario.name,
                        "title": scenario.title,
                        "fixes": scenario.fixes,
                        "protocols": scenario.protocols,
                        "parameters": dict(scenario.parameters),
                    }
                )
            )
            continue
        click.echo(f"{scenario.name:16}{scenario.title}")
        for line in scenario.text.strip().splitlines():
            click.echo(f"{'':16}{line.strip()}")
        click.echo(f"{'':16}fixes      {', '.join(scenario.fixes)}")
        click.echo(f"{'':16}protocols  {', '.join(scenario.protocols)}")
        click.echo(f"{'':16}sizes      {', '.join(f'{name}={n}' for name, n in scenario.parameters.items())}")
        click.echo()


def show_models() -> None:
    """Print every model with the axioms that it has."""
    for name in builtin_models():
        axioms = ", ".join(axiom.name for axiom in load_model(name).axioms)
        click.echo(f"{name:8}{axioms}")
    click.echo("\nsealrace models show NAME prints the rules; --model also takes a .cat file of your own.")


def show_model_text(name: str) -> None:
    """Print the text of a model file, after checking it."""
    click.echo(load_model(name).text, nl=False)
