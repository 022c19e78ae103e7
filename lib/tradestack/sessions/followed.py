"""Lines that another order manager has journalled → a session that follows it."""

from tradestack.domain.faults import OperatorFault
from tradestack.sessions.order_session import OrderSession
from tradestack.store.journal import PREFIX_LENGTH
from tradestack.trading.session.replay import replay


def follow(session: OrderSession, lines: bytes) -> None:
    """Append whole lines to the journal, and add them to the state.

    Raises OSError, OperatorFault for lines that this order manager would not replay.
    """
    begin = session.journal_bytes
    payloads = [line[PREFIX_LENGTH:] for line in lines.split(b"\n")[:-1]]
    offsets = session.journal.append(payloads)
    try:
        if session.journal.read(begin, len(lines)) != lines:
            raise ValueError("a checksum does not match")
        replay(session.state, zip(offsets, payloads, strict=True))
    except ValueError as error:
        raise OperatorFault(
            f"{session.journal.path}: after byte {begin}",
            f"what the primary has journalled does not belong here: {error}",
            "run the same version of tradestack on both hosts",
        ) from error
