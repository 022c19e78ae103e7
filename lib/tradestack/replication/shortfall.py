"""A stream that ends before a message which it had stored: it has lost messages.

A leader that was just elected may lack the newest ones for a moment, so it is a fault at once, and
ends the process only when it lasts.
"""

from dataclasses import dataclass

from tradestack.domain.faults import OperatorFault

LOOKS_MAX = 20  # two a second


@dataclass(slots=True)
class Shortfall:
    """The looks, one after the other, at which the stream lacked messages. fault: in words."""

    fault: str | None = None
    looks: int = 0

    def look(self, stream: str, *, stored: int, known: int) -> str | None:
        """Note a look at the stream; return the fault. Raises OperatorFault when it has lasted."""
        if stored >= known:
            self.fault, self.looks = None, 0
            return None
        self.looks += 1
        problem = f"ends at message {stored}, and {known} were stored: it has lost some"
        self.fault = f"stream {stream} {problem}"
        if self.looks >= LOOKS_MAX:
            raise OperatorFault(
                f"stream {stream}",
                problem,
                "let the host whose order journal has most go on as primary of another stream "
                "(replication.stream), and the others follow it",
            )
        return self.fault
