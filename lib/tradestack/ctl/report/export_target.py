"""The target of an export: the format that its name asks for, and standard output."""

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.report.exports import Format
from tradestack.runtime.process.output import OutputFault

STANDARD_OUTPUT = Path("-")


def format_of(chosen: str | None, target: Path | None) -> Format:
    """Return the format of an export to a file that may have a name already.

    Raises OperatorFault for a name that ends with another format, or with none that there is.
    """
    ending = "" if target is None else target.suffix.lower().removeprefix(".")
    if not ending:
        return Format(chosen or Format.PARQUET)
    if ending in list(Format):
        if chosen not in (None, ending):
            remedy = f"let it end with .{chosen}, or ask for {ending}"
            raise OperatorFault(str(target), f"is no name for {chosen}", remedy)
        return Format(ending)
    if chosen is None:
        endings = ", ".join(f".{form}" for form in Format)
        remedy = f"let it end with {endings}, or name a --format"
        raise OperatorFault(str(target), "does not say which format it is to have", remedy)
    return Format(chosen)


class CountedOutput:
    """Standard output as a library writes to it, which may tell no more of a fault than a text."""

    def __init__(self, descriptor: int) -> None:
        self.size_bytes = 0
        self.fault: OSError | None = None
        self._file = io.FileIO(descriptor, "w", closefd=False)

    def __str__(self) -> str:
        return "standard output"

    def write(self, content: bytes) -> int:
        """Write all of it; raise OSError, which is also kept."""
        rest = memoryview(content)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except BrokenPipeError as error:
            self.fault = error
            raise
        except OSError as error:
            self.fault = OutputFault(error.errno, error.strerror)
            raise self.fault from error
        self.size_bytes += len(content)
        return len(content)

    def flush(self) -> None:
        """Do nothing: nothing is held back."""


@contextlib.contextmanager
def standard_output(form: Format) -> Iterator[CountedOutput]:
    """Give standard output; raise OperatorFault for a terminal that would show bytes.

    Raises the OSError of a write, whatever has been made of it on the way.
    """
    if form is not Format.CSV and sys.stdout.isatty():
        raise OperatorFault(
            "standard output",
            f"is a terminal, and {form} is not for reading",
            "pipe it into a program, redirect it into a file, or use --format csv",
        )
    sys.stdout.flush()
    output = CountedOutput(sys.stdout.fileno())
    try:
        yield output
    except Exception:
        if output.fault is not None:
            raise output.fault from None
        raise
