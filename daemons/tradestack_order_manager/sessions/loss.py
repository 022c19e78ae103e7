"""A recovered order session → the evidence that acknowledged orders may be missing at its end.

With durability "os" a power failure takes what the kernel had not written back. The journal is then
whole, but shorter than what clients have seen: going on with it would give the numbers of reports
and orders that are lost to other ones.
"""

from tradestack.sessions.order_session import OrderSession
from tradestack.wire.journal.order_journal import EVERY_BOOT
from tradestack_order_manager.sessions.log_end import LogEnd


def sign_of_loss(session: OrderSession, boot_id: str | None, logged: LogEnd) -> str | None:
    """Return what shows that the session may be incomplete; None if nothing does.

    boot_id: the present boot of the machine, None if not known. logged: what order_log.txt ends
    with.
    """
    if logged.order_id > session.last_order_id:
        return (
            f"order_log.txt ends with order {logged.order_id}, "
            f"the journal with order {session.last_order_id}"
        )
    if logged.report_of(session.id) > session.state.reports_count:
        return (
            f"order_log.txt ends with report {logged.report}, "
            f"the journal with report {session.state.reports_count}"
        )
    began_in = session.state.header.boot_id
    if began_in == EVERY_BOOT:
        return None  # whatever is missing was not acknowledged
    if session.cut_bytes:
        return f"its last {session.cut_bytes} bytes were not a whole record"
    if None not in (began_in, boot_id) and began_in != boot_id:
        return "the machine was restarted since, and durability was os"
    return None
