"""What ``sealrace run`` says, taken apart."""

from __future__ import annotations

import json
from typing import Any

from command_line import Run


def driven(sealrace: Run, *arguments: str, status: int) -> dict[str, Any]:
    result = sealrace("run", *arguments, "--json")
    assert result.exit_code == status, result.output
    found: dict[str, Any] = json.loads(result.output)
    return found


def account(output: str) -> str:
    """What stands below the ladder, or all where there is none."""
    return output[output.index("mailbox, ", 1) :] if "\n\nmailbox, " in output else output


def entry(output: str, label: str) -> str:
    (line,) = [line for line in account(output).splitlines() if line.startswith(f" {label} ")]
    return line[13:]
