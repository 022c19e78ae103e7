"""Files that cannot be read, or that do not agree where an answer depends on that."""

import contextlib
import shlex
from collections.abc import Iterator
from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.trading.verification.difference import Differs
from tradestack.wire.errors import ProtocolError
from tradestack.wire.journal.order_journal import UnknownVersion


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


@contextlib.contextmanager
def as_disagreement(path: Path, feed_session: str) -> Iterator[None]:
    """Raise OperatorFault where the block finds that order journals and feed log do not agree.

    path: of the journal, or of the feed log.
    """
    try:
        yield
    except UnknownVersion as error:
        remedy = "use the version of tradestack that wrote it"
        raise OperatorFault(str(path), str(error), remedy) from error
    except (Differs, ProtocolError, ValueError, ArithmeticError) as error:
        raise OperatorFault(
            str(path),
            f"this order journal and the feed log of {feed_session} do not agree",
            see_verification(path, feed_session),
        ) from error


def see_verification(file: Path, feed_session: str) -> str:
    """Return the command that says where files differ; file: a journal, or the feed log."""
    state = shlex.quote(str(file.absolute().parents[1]))
    return f"see `tradestackctl verify {feed_session} --state-dir {state}`"
