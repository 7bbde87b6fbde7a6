"""What a modelled program can do wrong, said so that its author knows what to write instead."""

from explorer.errors import InputError


class ScenarioError(InputError):
    """A modelled thread does something that cannot be explored.

    ``place`` is ``file:line`` of the modelled code where known.  The message states the
    cause; ``advice`` says what to write instead.
    """

    def __init__(self, message: str, *, place: str = "", advice: str = "") -> None:
        self.message = message
        self.place = place
        self.advice = advice
        super().__init__(message)

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        what_next = f"\n  {self.advice}" if self.advice else ""
        return f"{where}{self.message}{what_next}"
