"""The first act of a command, before its modules are imported: it normalises the process.

A shell, a supervisor or another parent may have closed the standard streams, set a file mode mask
that takes the owner's rights, or limited memory so that no library can be loaded. Nothing here
needs more than Python's own modules.
"""

import io
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT, OperatorFault
from tradestack.runtime.process.inherited_limits import ADDRESS_SPACE, check_limit
from tradestack.runtime.process.output import STDERR, STDOUT, OutputFault

_OTHERS = 0o077  # the bits of a mask that concern group and others


def prepare_process() -> None:
    """Open what is closed, limit the mask to group and others, and check the memory limit.

    Exits with status 78 and one sentence if there is not enough memory, or no /dev/null.
    """
    try:
        _open_streams()
    except OSError as error:
        remedy = "make it by `mknod -m 666 /dev/null c 1 3` as root"
        _refuse(OperatorFault(os.devnull, os.strerror(error.errno or 0), remedy))
    os.umask(os.umask(_OTHERS) & _OTHERS)
    # Its threads would cost memory and processes, and nothing here needs linear algebra.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        check_limit(ADDRESS_SPACE)
    except OperatorFault as fault:
        _refuse(fault)


def _refuse(fault: OperatorFault) -> NoReturn:
    if sys.stderr is not None:  # it was closed, and there is no /dev/null
        sys.stderr.write(f"{Path(sys.argv[0]).name}: {fault}\n")
    sys.exit(EXIT_STATUS_OPERATOR_FAULT)


def _open_streams() -> None:
    """Connect closed streams with /dev/null: the next file would become one of them.

    What the encoding of a stream does not have is written as an escape sequence. Raises OSError if
    /dev/null cannot be used: whatever is started later needs it, too.
    """
    os.close(os.open(os.devnull, os.O_RDWR))
    for number, mode in enumerate(("r", "w", "w")):
        try:
            os.fstat(number)
        except OSError:
            # Descriptors below are open, so this one is the lowest that is free.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
            name = ("stdin", "stdout", "stderr")[number]
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(_Output(STDOUT, "w", closefd=False)),
            encoding=sys.stdout.encoding,
            errors="backslashreplace",
            line_buffering=sys.stdout.line_buffering,
        )
    sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(_ErrorOutput(STDERR, "w", closefd=False)),
        encoding=sys.stderr.encoding,
        errors="backslashreplace",
        line_buffering=True,
    )


class _Output(io.FileIO):
    """Lets a fault be told from one of another file, of which a write says nothing either."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputFault(error.errno, error.strerror) from error


class _ErrorOutput(io.FileIO):
    """Loses what a full disk does not take: neither result nor exit status depend on it."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError:
            return len(memoryview(data))
