"""The text of a scenario file: read as Python before it is run."""

from __future__ import annotations

import ast
from importlib.util import decode_source

from explorer.cli.failures import UsageProblem
from explorer.cli.scenario_name import HOW_TO_NAME


def decoded(path: str, data: bytes) -> str:
    """What a file says; UsageProblem where it is no text."""
    try:
        return decode_source(data)
    except (SyntaxError, UnicodeDecodeError) as error:
        raise UsageProblem(f"{path}: is no text in UTF-8: {error}\n  save it as UTF-8") from error


def parsed(path: str, text: str) -> ast.Module:
    """Its syntax tree; UsageProblem where it is no Python, or a function that is not async awaits."""
    try:
        tree = ast.parse(text, path)
        _require_async(path, tree)
        # It finds what the grammar alone does not: a return outside of a function.
        compile(tree, path, "exec", dont_inherit=True)
        return tree
    except SyntaxError as error:
        place = f"{path}:{error.lineno or 1}:{error.offset or 1}"
        raise UsageProblem(f"{place}: {error.msg}\n  this is no Python: correct the line") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise UsageProblem(f"{path}: this is no Python: {error}\n  {HOW_TO_NAME}") from error


def _require_async(path: str, tree: ast.Module) -> None:
    """What awaits is an async function: a modelled thread that is none is the commonest slip."""
    waiting: list[tuple[ast.AST, ast.FunctionDef | None]] = [(tree, None)]
    while waiting:
        node, function = waiting.pop()
        if isinstance(node, ast.Await) and function is not None:
            raise UsageProblem(
                f"{path}:{function.lineno}: {function.name} awaits (line {node.lineno}), and is no async function\n"
                f"  write async def {function.name}(...)"
            )
        if isinstance(node, ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            function = None
        elif isinstance(node, ast.FunctionDef):
            function = node
        waiting += [(child, function) for child in ast.iter_child_nodes(node)]
