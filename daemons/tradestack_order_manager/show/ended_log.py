"""The lines of order sessions that end while this host stands by.

A primary completes order_log.txt before another session begins. A standby has no order log open; it
adds the lines when it follows the primary into the next session, or finds at its start that there
is one. Those of the newest session are added when it takes over.
"""

import logging
from collections.abc import Iterable
from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.sessions.order_session import OrderSession
from tradestack_order_manager.show.order_log import OrderLog

logger = logging.getLogger(__name__)


def complete_log(path: Path, session: OrderSession) -> None:
    """Add the lines of a session that has ended, as far as they are missing."""
    try:
        log = OrderLog.recover(path, session)
        try:
            log.catch_up(session)
            log.sync()
        finally:
            log.close()
    except (OperatorFault, OSError) as fault:  # the journal matters, and has everything
        logger.error("%s lacks lines of order session %s: %s", path, session.id, fault)


def complete_logs(path: Path, journals: Iterable[Path]) -> None:
    """Add the lines of the sessions of these journals, the oldest first. Raises OSError."""
    for journal in journals:
        session = OrderSession.recover(journal)
        if session is not None:
            complete_log(path, session)
            session.close()
