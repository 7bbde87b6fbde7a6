"""``sealrace list`` and ``sealrace models``."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from explorer.cli.named import (
    all_scenarios,
    classic_scenarios,
    find_reduced_form,
    find_scenario,
    package_of,
    packaged_scenarios,
    read_model,
)
from explorer.cli.scenario_name import SUFFIX
from explorer.memory.cat.include import shipped_include
from explorer.memory.model import compiled_names, model_names
from explorer.scenario import Parameters, Scenario

_INDENT = " " * 16


def show_scenarios(name: str | None, *, as_json: bool) -> None:
    """Print scenarios, all or those of a name: what each shows, its fixes, protocols, sizes and switches."""
    for scenario, package in _every() if name is None else _named(name):
        click.echo(json.dumps(_as_json(scenario, package)) if as_json else _as_text(scenario, package))


def _named(name: str) -> Iterator[tuple[Scenario, str]]:
    """The scenario of a name, or all of a file."""
    if name.endswith(SUFFIX):
        from explorer.cli.scenario_file import load_file

        yield from ((scenario, "") for scenario in load_file(name).scenarios.values())
    else:
        yield find_scenario(name), package_of(name)


def _every() -> Iterator[tuple[Scenario, str]]:
    """The scenarios that come with Sealrace, then those of packages, each with its package."""
    yield from ((scenario, "") for scenario in (*all_scenarios(), *classic_scenarios()))
    yield from ((scenario, package) for package, scenario in packaged_scenarios())


def show_models() -> None:
    """Print every model with the axioms that it has."""
    for name in model_names():
        click.echo(f"{name:8}{', '.join(axiom.name for axiom in read_model(name).axioms)}")
    click.echo(f"\n{', '.join(compiled_names())}: the same behind a C compiler,")
    click.echo("which may exchange adjacent plain accesses (sealrace models show compiler.cat).")
    click.echo("\nsealrace models show NAME prints the rules (rcu.cat those that all include);")
    click.echo("--model also takes a .cat file of your own, and a kernel's tools/memory-model.")


def show_model_text(name: str) -> None:
    """Print the text of a model file, after checking it, or of a file that models include."""
    include = shipped_include(name)
    click.echo(include.text if include else read_model(name).text, nl=False)


def _as_json(scenario: Scenario, package: str) -> dict[str, object]:
    reduced = find_reduced_form(scenario.name)
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "fixes": scenario.fixes,
        "protocols": scenario.protocols,
        "parameters": dict(scenario.parameters),
        "small": dict(scenario.small),
        "switches": dict(scenario.switches),
        "combine": scenario.combine,
        "reduced_form": reduced.name if reduced else None,
        "package": package or None,
    }


def _as_text(scenario: Scenario, package: str) -> str:
    reduced = find_reduced_form(scenario.name)
    text = click.wrap_text(scenario.text, 100, _INDENT, _INDENT)
    facts = (
        ("fixes", ", ".join(scenario.fixes)),
        *((("", "all but the first combine: --fix a+b"),) if scenario.combine else ()),
        ("protocols", ", ".join(scenario.protocols)),
        *((("sizes", _sizes(scenario.parameters)),) if scenario.parameters else ()),
        *((("--small", _sizes(scenario.small)),) if scenario.small else ()),
        *(
            (f"{'' if i else 'switches'}", f"{name}: {text}")
            for i, (name, text) in enumerate(scenario.switches.items())
        ),
        *((("for herd", f"sealrace litmus --export {reduced.name}"),) if reduced else ()),
        *((("package", package),) if package else ()),
    )
    lines = [f"{scenario.name:15} {scenario.title}", text, *(f"{_INDENT}{name:11}{value}" for name, value in facts)]
    return "\n".join(lines) + "\n"


def _sizes(parameters: Parameters) -> str:
    return ", ".join(f"{name}={number}" for name, number in parameters.items())
