"""What tests of the execution page ask of it in the browser."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from reports.structure import Report


def step(page: Page) -> int:
    """The step that the page is at: by its slider."""
    return int(page.locator("#slider").input_value())


def rows(page: Page, selector: str) -> list[int]:
    """The steps of the rows that the selector finds."""
    script = "found => found.map(e => Number(e.dataset.step))"
    found: list[int] = page.eval_on_selector_all(selector, script)
    return found


def drawn(page: Page) -> set[tuple[int, int, str, bool]]:
    """The edges drawn: source, target, relation, and whether bold."""
    script = """found => found.map(e => [Number(e.dataset.source), Number(e.dataset.target), e.dataset.relation,
        e.classList.contains("bold")])"""
    return {tuple(edge) for edge in page.eval_on_selector_all(".arrow", script)}


def reason(report: Report) -> set[tuple[int, int, str, bool]]:
    return {(edge.source, edge.target, edge.relation, True) for edge in report.property.path}


def boxes(page: Page, selector: str) -> list[dict[str, float]]:
    found: list[dict[str, Any]] = page.eval_on_selector_all(
        selector, "found => found.map(e => e.getBoundingClientRect().toJSON())"
    )
    return found
