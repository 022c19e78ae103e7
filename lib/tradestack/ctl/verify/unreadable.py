"""Files that cannot be read, told from differences: these have exit status 1."""

import contextlib
from collections.abc import Iterator

from tradestack.domain.faults import OperatorFault


@contextlib.contextmanager
def as_operator_fault() -> Iterator[None]:
    """Raise OperatorFault for an OSError of the block."""
    try:
        yield
    except PermissionError as error:
        raise OperatorFault(str(error.filename), "may not be read", "run this as root") from error
    except OSError as error:
        where = str(error.filename or "a file")
        problem = error.strerror or str(error)
        raise OperatorFault(where, problem, "restore it, or copy the files and verify") from error
