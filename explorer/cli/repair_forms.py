"""How the edits of a repair are written: in the words of the kernel, and as the difference of a litmus test."""

from __future__ import annotations

import difflib
from typing import Protocol

from explorer.cli.file_name import scenario_in_file_name
from explorer.cli.named import find_reduced_form
from explorer.cli.setting import Setting
from explorer.litmus.export.text import export
from explorer.program.edits import Insert
from explorer.program.errors import ScenarioError
from explorer.program.sites import SiteFacts
from explorer.program.unfolded import UnfoldedProgram
from explorer.repair.counterexamples import edits_of
from explorer.repair.elements import Element, Elements
from explorer.repair.litmus_subject import LitmusSubject
from explorer.repair.search import Found
from explorer.repair.subject import ScenarioSubject
from explorer.repair.words import EditWords, words_of


class Forms(Protocol):
    """Writes edits. ``no_difference`` says why there is no litmus test to compare, empty where there is one."""

    no_difference: str

    def words(self, element: Element) -> EditWords:
        """One edit in words."""

    def difference(self, elements: Elements) -> list[str]:
        """The lines of a unified diff of the litmus test, none where there is no test."""


class ScenarioForms:
    """Edits of a scenario's modelled code; the litmus test is the one that ``litmus --export`` writes."""

    def __init__(self, subject: ScenarioSubject, found: Found, setting: Setting) -> None:
        self.no_difference = ""
        self._subject = subject
        self._found = found
        self._setting = setting
        self._before: list[str] | None = None

    def words(self, element: Element) -> EditWords:
        """One edit in words."""
        return words_of(element, self._found.sites[element.site], _behind(self._found, element))

    def difference(self, elements: Elements) -> list[str]:
        """The difference of the exported tests; none where the program cannot be said in one."""
        if self.no_difference:
            return []
        try:
            if self._before is None:
                self._before = self._exported(self._subject.unfolding)
            after = self._exported(self._subject.edited(edits_of(elements))[1])
        except ScenarioError as error:
            self.no_difference = f"there is no litmus test of it: {error.message}"
            reduced = find_reduced_form(self._setting.scenario.name)
            if reduced is not None:
                self.no_difference += f"\nits reduced form has one: sealrace repair {reduced.name}"
            return []
        name = f"{scenario_in_file_name(self._setting.scenario.name)}-{self._setting.fix}.litmus"
        return list(difflib.unified_diff(self._before, after, name, f"{name} (repaired)", n=2, lineterm=""))

    def _exported(self, unfolding: UnfoldedProgram) -> list[str]:
        return export(self._setting.scenario.name, "", unfolding, None).splitlines()


class LitmusForms:
    """Edits of a litmus file: what is compared is the file itself."""

    def __init__(self, subject: LitmusSubject, found: Found) -> None:
        self.no_difference = ""
        self._subject = subject
        self._found = found

    def words(self, element: Element) -> EditWords:
        """One edit in words."""
        facts = self._found.sites[element.site]
        place = f"{facts.source.function}, line {facts.source.line}"
        if isinstance(element, Insert):
            words = words_of(element, facts, _behind(self._found, element))
            call = words.after.partition(" ")[0]
            return EditWords(place, "", facts.source.function, "", f"{call} before {element.site.label}", words.behind)
        before = element.site.label.removesuffix(";")
        return EditWords(place, "", facts.source.function, before, self._subject.access(element))

    def difference(self, elements: Elements) -> list[str]:
        """The difference that the edits make to the file."""
        before, after = (self._subject.text(each).splitlines() for each in ([], edits_of(elements)))
        file = self._subject.file
        return list(difflib.unified_diff(before, after, file, f"{file} (repaired)", n=2, lineterm=""))


def _behind(found: Found, element: Element) -> list[SiteFacts]:
    return [found.sites[site] for site in found.places.between.get(element.site, ()) if site in found.sites]
