"""The reason why a file or a value in it cannot be used, and the remedy."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """What is wrong. remedy: what to do, "" where that is not known."""

    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        """Return both in one line."""
        return f"{self.problem}; {self.remedy}" if self.remedy else self.problem


class Unusable(Exception):
    """Something cannot be used, for a reason."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        self.reason = Reason(problem, remedy)
        super().__init__(str(self.reason))


class BadValue(Unusable, ValueError):
    """A text that is not of the form that is needed."""


def reason_of(error: ValueError) -> Reason:
    """Return the reason of an error, without remedy if it is not one of ours."""
    return error.reason if isinstance(error, BadValue) else Reason(str(error))
