"""The events that have a message id in the systemd journal.

`emit(logger, EVENT, user="news", …)` logs the line "phrase key=value …". Under journald the entry
has MESSAGE_ID and each field in capitals (USER=news), so that `journalctl MESSAGE_ID=…`,
`journalctl SYMBOL=SPY` and `journalctl -x` work. systemd/tradestack.catalog has the text that
`journalctl -x` shows for each event.
"""

import logging
from dataclasses import dataclass

# Takes the events that resolve an error where their own logger's level is higher. Only a daemon's
# handler, which keeps the last error and writes nothing below its threshold, opens it.
RESOLVING = logging.getLogger("tradestack.resolving")


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of event; its message id in journald is 128 random bits.

    resolves: the events of errors that are over when this one occurs.
    """

    name: str
    message_id: str
    level: int
    phrase: str
    resolves: tuple["Event", ...] = ()


def emit(logger: logging.Logger, event: Event, **fields: object) -> None:
    """Log an event; the values of the fields must be printable on one line."""
    if not logger.isEnabledFor(event.level):
        if not event.resolves:
            return
        logger = RESOLVING
    text = " ".join([event.phrase, *(f"{name}={value}" for name, value in fields.items())])
    logger.log(event.level, "%s", text, extra={"event": event, "event_fields": fields})


DAEMON_READY = Event("DAEMON_READY", "121fac21df4745bfb65d93aa30ecd8a0", logging.INFO, "ready")
DAEMON_STOPPING = Event(
    "DAEMON_STOPPING", "ca77dfe0c9e24b688722c5452c6524ec", logging.INFO, "stopping"
)
CONFIG_REFUSED = Event(
    "CONFIG_REFUSED",
    "16f72570dd884516995509dd16150d76",
    logging.ERROR,
    "configuration refused, the old one stays in use",
)
CONFIG_RELOADED = Event(
    "CONFIG_RELOADED",
    "a70af9ba03934bc1b9c4278e0b9a1d2c",
    logging.INFO,
    "configuration reloaded",
    resolves=(CONFIG_REFUSED,),
)
CONFIG_PENDING = Event(
    "CONFIG_PENDING",
    "31c53f75ddb16e65140c5449c2d42340",
    logging.WARNING,
    "changed configuration keys need a restart",
)
CONFIG_UNUSED = Event(
    "CONFIG_UNUSED",
    "5a96e13089a94244b5f66f9dc5f0018d",
    logging.WARNING,
    "configuration key not used, it is decided elsewhere",
)
LIMIT_NEAR = Event(
    "LIMIT_NEAR", "54e2d78afeb943c3be632fa0cc3d5a5d", logging.WARNING, "limit nearly reached"
)
LIMIT_REACHED = Event(
    "LIMIT_REACHED", "544f2eb581df4dae8d3169c4d0ccc119", logging.ERROR, "limit reached"
)
LIMITS_CLEARED = Event(
    "LIMITS_CLEARED",
    "91662c167ff14a4abdf067752f0560d7",
    logging.INFO,
    "below every limit again",
    resolves=(LIMIT_REACHED,),
)
CONTROL_CHANGE = Event(
    "CONTROL_CHANGE", "6521c727fa364fc899ad3ce6464b6b58", logging.INFO, "changed by control socket"
)
PAGE_ACTION = Event(
    "PAGE_ACTION", "a2f1368fd97f4ae49f20b47db5b867c3", logging.INFO, "changed on the page"
)
CLIENT_LOGGED_IN = Event(
    "CLIENT_LOGGED_IN", "9ed6cf96558a4903a079b41904898724", logging.INFO, "client logged in"
)
LOGIN_REJECTED = Event(
    "LOGIN_REJECTED", "e81e3f1b4a4e403e8cefd2a519c66ef0", logging.WARNING, "login rejected"
)
CLIENT_LEFT = Event("CLIENT_LEFT", "5cb7919c89714a2b9cdfdacf1022119e", logging.INFO, "client left")
PROTOCOL_VIOLATION = Event(
    "PROTOCOL_VIOLATION",
    "0b4fff68e9d44f39b5edbe59c366582d",
    logging.WARNING,
    "protocol violation, session ended",
)
MESSAGE_SKIPPED = Event(
    "MESSAGE_SKIPPED", "30d36839164a49d1bf4d3b829e88fe38", logging.WARNING, "garbled bytes skipped"
)
LINES_SUPPRESSED = Event(
    "LINES_SUPPRESSED",
    "5be1e1a7a5e54f0e9a6c1a2f0f7b9c31",
    logging.WARNING,
    "log lines about clients suppressed",
)
ACCEPT_PAUSED = Event(
    "ACCEPT_PAUSED", "9cfa9cd840fb485c8d4ca4d83c6af1d9", logging.ERROR, "accepting paused"
)
SERVER_LOST = Event(
    "SERVER_LOST", "d911a5d7e4924f588a9c6281976e376c", logging.WARNING, "connection to server lost"
)
SERVER_LOGIN_REJECTED = Event(
    "SERVER_LOGIN_REJECTED",
    "ed2eaa35702a4e8592fe3aa0063ca7e5",
    logging.ERROR,
    "login rejected by server",
)
SERVER_NOT_TRUSTED = Event(
    "SERVER_NOT_TRUSTED",
    "2ba498448109472899abc39ddbc5bd70",
    logging.ERROR,
    "no password sent to a process of another user",
)
SERVER_CONNECTED = Event(
    "SERVER_CONNECTED",
    "2085e9f1218448068354589180bcf138",
    logging.INFO,
    "connected to server",
    resolves=(SERVER_LOGIN_REJECTED, SERVER_NOT_TRUSTED),
)
TAIL_CUT = Event(
    "TAIL_CUT", "f7643186adb74b9f82f4ae701ff76c3e", logging.WARNING, "torn end of file cut"
)
FEED_SESSION_RESUMED = Event(
    "FEED_SESSION_RESUMED", "69e730520cee4219be2c9c0d479aafbe", logging.INFO, "feed session resumed"
)
FEED_SESSION_ENDED = Event(
    "FEED_SESSION_ENDED", "73118cdd8eae4e7c97231371f1222156", logging.INFO, "feed session ended"
)
ROW_REFUSED = Event(
    "ROW_REFUSED", "41d9adb381934389933ebfa2c8bfd05f", logging.WARNING, "row refused"
)
SOURCE_CHECKED = Event(
    "SOURCE_CHECKED", "1e13da2035f1410d98c7bd85164d9a05", logging.INFO, "source checked"
)
SOURCE_FAULT = Event(
    "SOURCE_FAULT",
    "9a0da34a26944ffda46bb0ac87886e11",
    logging.ERROR,
    "source fault, publication stopped",
)
FEED_SESSION_STARTED = Event(
    "FEED_SESSION_STARTED",
    "78f7f13e04714deca3e05db900fb0a1c",
    logging.INFO,
    "feed session started",
    resolves=(SOURCE_FAULT,),
)
PUBLICATION_BLOCKED = Event(
    "PUBLICATION_BLOCKED", "b2fe08caaa284c0492d08a3ce14723bd", logging.ERROR, "publication blocked"
)
PUBLICATION_RESUMED = Event(
    "PUBLICATION_RESUMED",
    "d2aec09a8154477fa433c80b8f8480df",
    logging.INFO,
    "publication resumed",
    resolves=(PUBLICATION_BLOCKED,),
)
ORDER_SESSION_STARTED = Event(
    "ORDER_SESSION_STARTED",
    "6f299ffadf674bd0ab44c5cebc481f47",
    logging.INFO,
    "order session started",
)
ORDER_SESSION_RECOVERED = Event(
    "ORDER_SESSION_RECOVERED",
    "07506a79982744c39a072658f0d100ff",
    logging.INFO,
    "order session recovered",
)
ORDER_SESSION_INCOMPLETE = Event(
    "ORDER_SESSION_INCOMPLETE",
    "6efe08cdc94e47218937958fc8c26e35",
    logging.ERROR,
    "order session may be incomplete, another one begins",
)
ORDER_SESSION_FULL = Event(
    "ORDER_SESSION_FULL",
    "04c0187b8ac34845aac9dd7568c8f6e6",
    logging.ERROR,
    "order session full, messages of a user are refused",
)
ORDER_ACCEPTED = Event(
    "ORDER_ACCEPTED", "5ba00869effc4adeb49b1658afcd5454", logging.INFO, "order accepted"
)
ORDER_REJECTED = Event(
    "ORDER_REJECTED", "e8f1df193f0a40f5a339876fa1c2abb4", logging.WARNING, "order rejected"
)
ORDER_FILLED = Event(
    "ORDER_FILLED", "0a2ea30b3b1f45b0a401cffc785aa6ec", logging.INFO, "order filled"
)
ORDER_CANCELED = Event(
    "ORDER_CANCELED", "a39da4afb1214359992f8fac9be8598b", logging.INFO, "order canceled"
)
ORDER_EXPIRED = Event(
    "ORDER_EXPIRED", "ddfcf0810d664b9db483575a3fe059fa", logging.INFO, "order expired"
)
ORDER_REPLACED = Event(
    "ORDER_REPLACED", "3d0114325a40432b9c5c39b29a21c5bf", logging.INFO, "order replaced"
)
ORDER_RESTATED = Event(
    "ORDER_RESTATED", "f081474e833d4ee986b9cc8c8bdf7302", logging.INFO, "order restated"
)
REQUEST_REJECTED = Event(
    "REQUEST_REJECTED",
    "2c76c9fd09b54dc4864ed3ed23662356",
    logging.WARNING,
    "cancel or replace rejected",
)
ORDER_ENTRIES_SUPPRESSED = Event(
    "ORDER_ENTRIES_SUPPRESSED",
    "39ff9433a3724fba93ed4da2df53d8e2",
    logging.WARNING,
    "journal entries of orders suppressed",
)
ORDER_LOG_REOPENED = Event(
    "ORDER_LOG_REOPENED", "cf4edcb9b9294cb3aa952020457ccbb8", logging.INFO, "order log reopened"
)
JOURNAL_UNAVAILABLE = Event(
    "JOURNAL_UNAVAILABLE",
    "cea65b94834947f0838dc4703149df7c",
    logging.ERROR,
    "order journal unavailable, no order is acknowledged",
)
JOURNAL_AVAILABLE = Event(
    "JOURNAL_AVAILABLE",
    "83c41299d9344b0899a22c541c984c91",
    logging.INFO,
    "order journal available again",
    resolves=(JOURNAL_UNAVAILABLE,),
)
TRADING_STATE_CHANGED = Event(
    "TRADING_STATE_CHANGED",
    "19ca55657f6244f999e7b394847c4187",
    logging.WARNING,
    "trading state changed",
)
LIMIT_BROKEN = Event(
    "LIMIT_BROKEN",
    "5c4c6f07a3e443e9812f27744b1e72eb",
    logging.WARNING,
    "limit broken that refuses nothing",
)
LIMITS_CHANGED = Event(
    "LIMITS_CHANGED", "c8bda3d630a64d65aad65a12f800e5b4", logging.INFO, "limits changed"
)
STRATEGY_REGISTERED = Event(
    "STRATEGY_REGISTERED", "8692bb5f0f1747b8b380181bd18df7d1", logging.INFO, "strategy registered"
)
STRATEGY_FOLLOWS_SESSION = Event(
    "STRATEGY_FOLLOWS_SESSION",
    "25cc7992477841b28e04073d7d824816",
    logging.INFO,
    "strategy follows feed session",
)
ORDER_OUTCOME_UNKNOWN = Event(
    "ORDER_OUTCOME_UNKNOWN",
    "21522f21b7904eee805e0aefa2a5bc99",
    logging.ERROR,
    "outcome of order unknown",
)
STRATEGY_REPORTS_MISSING = Event(
    "STRATEGY_REPORTS_MISSING",
    "6563d925cc904c52939d3d6f4c2b2f5f",
    logging.ERROR,
    "strategy makes no orders in this feed session: reports on its earlier orders cannot be read",
)
STRATEGY_ORDERS_LEFT = Event(
    "STRATEGY_ORDERS_LEFT",
    "1d4759fc9b0347948d8ddcc93818cfc7",
    logging.WARNING,
    "strategy stops, and its orders are not known to be canceled",
)

STRATEGY_PAUSED = Event(
    "STRATEGY_PAUSED",
    "4099625b195d9f639ef77e2ac09eb615",
    logging.ERROR,
    "strategy paused: a hook has raised an exception",
)

EVENTS: tuple[Event, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Event)
)
