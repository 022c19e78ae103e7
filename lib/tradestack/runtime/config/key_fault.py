"""What is wrong with a key of a config, wherever the table with the key is."""


class KeyFault(ValueError):
    """A key that cannot be accepted.

    path: the names of the tables that the key is in, and its own. problem, remedy: as in an
    OperatorFault.
    """

    def __init__(self, path: tuple[str, ...], problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.path = path
        self.problem = problem
        self.remedy = remedy

    @property
    def where(self) -> str:
        """Return the key as a config names it: "risk.users.news.max_position"."""
        return ".".join(self.path)

    def within(self, table: str) -> "KeyFault":
        """Return the fault as seen from outside of the table."""
        return type(self)((table, *self.path), self.problem, self.remedy)


class SectionFault(KeyFault):
    """A section that is not known."""

    @property
    def where(self) -> str:
        """Return the section in its brackets."""
        return f"[{super().where}]"
