"""The status of replication: of this order manager and of the stream."""

from tradestack_order_manager.replication.control import Status
from tradestack_order_manager.replication.follower import Follower
from tradestack_order_manager.replication.link import Link
from tradestack_order_manager.replication.publisher import LOOK_INTERVAL_S, Publisher


def status_of_primary(host: str, link: Link, publisher: Publisher, session: str) -> Status:
    """Return the status of the primary; session: the order session."""
    return Status(
        host=host,
        role="primary",
        stream=link.name,
        epoch=publisher.epoch,
        primary=host,
        session=session,
        sequence=publisher.last,
        behind=0,
        waiting_bytes=publisher.backlog.size_bytes,
        silent_s=0.0,
        server=link.server,
        fault=link.fault or publisher.look(),
    )


def status_of_standby(host: str, link: Link, follower: Follower | None) -> Status:
    """Return what a standby is; follower: None while it starts."""
    author = None if follower is None else follower.author
    session = None if follower is None else follower.session
    return Status(
        host=host,
        role="starting" if follower is None else "standby",
        stream=link.name,
        epoch=0 if author is None else author.epoch,
        primary="" if author is None else author.host,
        session="" if session is None else session.id,
        sequence=0 if follower is None else follower.last,
        behind=0 if follower is None else follower.behind,
        waiting_bytes=0,
        silent_s=0.0 if follower is None else follower.silence.looks * LOOK_INTERVAL_S,
        server=link.server,
        fault=link.fault or (None if follower is None else follower.fault),
    )


def words_of(status: Status) -> str:
    """Return the line about a standby that its supervisor shows."""
    behind = f"{status.role}, epoch {status.epoch}, {status.behind} messages behind"
    fault = f", FAULT: {status.fault}" if status.fault else ""
    return f"{behind} {status.primary or 'nobody'}{fault}"


def stats_of(status: Status, foreign_messages: int) -> dict[str, object]:
    """Return the values of `replication` in the stats."""
    return {
        "role": status.role,
        "primary": status.primary,
        "epoch": status.epoch,
        "sequence": status.sequence,
        "behind": status.behind,
        "waiting_bytes": status.waiting_bytes,
        "silent_s": status.silent_s,
        "foreign_messages": foreign_messages,
        "fault": status.fault,
    }
