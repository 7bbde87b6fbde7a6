"""What can be chosen: the page where one starts, and the form on every page."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import quote

from explorer.cli.failures import UsageProblem
from explorer.cli.named import (
    all_scenarios,
    choose,
    choose_fix,
    classic_scenarios,
    find_scenario,
    packaged_scenarios,
    read_model,
)
from explorer.cli.serve.answer import Answer, Served, limited, problem
from explorer.cli.serve.state import Digests, State, digests, find_served
from explorer.cli.setting import Options, make_setting, reason_against
from explorer.errors import InputError
from explorer.memory.model import compiled_names, model_names
from explorer.scenario import Parameters, Scenario
from explorer.visible import visible
from reports.pages.live_home import Form, Offered, home_page, problem_page

MODEL = "sc"
"""The model of a start without one."""


@limited
def home(served: Served) -> Answer:
    """Where one starts."""
    return Answer(200, home_page(form_of(served.extra)))


@limited
def start(served: Served, scenario: str, fix: str, protocol: str, model: str, sizes: str) -> Answer:
    """The start of a program; what is empty is as the scenario is."""
    model = model or MODEL
    found = find_served(scenario, model, served.extra)
    fix, protocol = fix or found.fixes[0], protocol or found.protocols[0]
    try:
        chosen_fix = choose_fix(found, fix)
        choose("protocol", protocol, found.protocols)
        reason = reason_against(found, chosen_fix, protocol)
        if reason is not None:
            raise UsageProblem(_instead(found, chosen_fix, protocol, reason))
        return Answer(303, _start(scenario, chosen_fix, protocol, model, sizes == "small", digests(found)))
    except InputError as error:
        chosen = {"scenario": scenario, "fix": fix, "protocol": protocol, "model": model, "sizes": sizes}
        return _not_started(served, found, str(error), {name: visible(text) for name, text in chosen.items()})


def _instead(scenario: Scenario, fix: str, protocol: str, reason: str) -> str:
    """Why a fix and a protocol do not go together, and what goes with each of them."""
    protocols = [each for each in scenario.protocols if reason_against(scenario, fix, each) is None]
    fixes = [each for each in scenario.fixes if reason_against(scenario, each, protocol) is None]
    return (
        f"fix {fix} with protocol {protocol} is not applicable: {reason}\n"
        f"  protocols that go with fix {fix}: {', '.join(protocols) or 'none'}\n"
        f"  fixes that go with protocol {protocol}: {', '.join(fixes) or 'none'}\n"
        "  choose one of them above and press Start"
    )


def _not_started(served: Served, scenario: Scenario, message: str, chosen: dict[str, str]) -> Answer:
    """Why a program does not start; the form keeps what was chosen."""
    return Answer(400, problem_page(message, form_of(served.extra, scenario), chosen))


@limited
def nowhere(_served: Served) -> Answer:
    """An address that leads nowhere."""
    return problem(404, "there is nothing at this address\n  copy all of it, or begin at the start")


@lru_cache(maxsize=64)
def _start(scenario: str, fix: str, protocol: str, model: str, small: bool, _digests: Digests) -> str:
    """The path where a program starts: its hash takes the unfolding of all of it."""
    setting = make_setting(find_scenario(scenario), fix, protocol, Options(Path(), small=small))
    return State.start(setting, read_model(model), model).path


def form_of(extra: tuple[str, ...], chosen: Scenario | None = None) -> Form:
    """The scenarios that are installed, those of the user's own first; and the models that are shipped.

    ``chosen`` is in it even where it is not listed elsewhere, as the reduced forms are not.

    Names are visible text: one that is not is chosen by its address alone.
    """
    own = [_offered(name, find_scenario(name)) for name in extra]
    known = _installed()
    names = {each.name for each in own}
    listed = [*own, *(each for each in known if each.name not in names)]
    if chosen is not None and visible(chosen.name) not in {each.name for each in listed}:
        listed.append(_offered(chosen.name, chosen))
    return Form(listed, (*model_names(), *compiled_names()))


@cache
def _installed() -> tuple[Offered, ...]:
    packaged = [scenario for _package, scenario in packaged_scenarios()]
    return tuple(_offered(each.name, each) for each in (*all_scenarios(), *classic_scenarios(), *packaged))


def chosen_of(state: State) -> dict[str, str]:
    """What of the form is chosen."""
    return {
        "scenario": visible(state.token.scenario),
        "fix": visible(state.token.fix),
        "protocol": visible(state.token.protocol),
        "model": state.token.model,
        "sizes": "small" if state.token.small else "full",
    }


def _offered(name: str, scenario: Scenario) -> Offered:
    return Offered(
        visible(name),
        visible(scenario.title),
        tuple(map(visible, scenario.fixes)),
        tuple(map(visible, scenario.protocols)),
        _sizes(scenario.parameters),
        _sizes(scenario.small),
        f"/start?scenario={quote(name, safe='')}",
    )


def _sizes(parameters: Parameters) -> str:
    return ", ".join(f"{visible(name)}={value}" for name, value in parameters.items())
