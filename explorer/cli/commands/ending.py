"""How a command ends with another exit status than 0."""

from __future__ import annotations

from typing import NoReturn

import click


def end_with(status: int) -> NoReturn:
    """End the command as click does it: only code of a scenario calls ``sys.exit()`` (see ``user_errors``)."""
    raise click.exceptions.Exit(status)
