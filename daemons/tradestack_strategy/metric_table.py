"""The metrics of a strategy; values outside of "process" are of the current feed session."""

from tradestack.observe.metrics import COUNTER, GAUGE, HISTOGRAM, INFO, STATE, TEXT, TIME, Metric

# Counted in the session and, under "process.", since the process began.
_OF_A_SESSION = (
    Metric("ticks_received", COUNTER, "messages", "Ticks received."),
    Metric("prices_received", COUNTER, "messages", "Prices received."),
    Metric("news_received", COUNTER, "messages", "News received."),
    Metric("orders_sent", COUNTER, "orders", "Orders sent, or found reported on after a restart."),
    Metric("orders_suppressed", COUNTER, "orders", "Orders of messages before from_sequence."),
    Metric("orders_tiny", COUNTER, "orders", "Orders worth less than 0.01."),
    Metric("orders_acknowledged", COUNTER, "orders", "Orders with a report."),
    Metric("orders_accepted", COUNTER, "orders", "Orders accepted."),
    Metric("orders_rejected", COUNTER, "orders", "Orders rejected."),
    Metric("orders_filled", COUNTER, "orders", "Orders filled to the end."),
    Metric("orders_canceled", COUNTER, "orders", "Orders canceled with an open quantity."),
    Metric("orders_expired", COUNTER, "orders", "Orders expired with an open quantity."),
    Metric("fills", COUNTER, "fills", "Fills, whole or in part."),
    Metric("changes_sent", COUNTER, "requests", "Cancels and replaces sent."),
    Metric("changes_rejected", COUNTER, "requests", "Cancels and replaces refused."),
    Metric("latency.publish_to_signal", HISTOGRAM, "us", "From publication to the strategy."),
    Metric("latency.signal_to_order", HISTOGRAM, "us", "From the call of the hooks to the order."),
    Metric("latency.publish_to_order", HISTOGRAM, "us", "From publication to the order."),
    Metric("latency.book_read", HISTOGRAM, "us", "To read an order's price from the book."),
    Metric("latency.order_to_report", HISTOGRAM, "us", "From the order to its report."),
)

# Of tradestack_strategy.handshake.State.
STATES = (
    "waiting for the order manager",
    "waiting for the feed",
    "registering",
    "connecting to the feed",
    "replaying",
    "live",
    "waiting for reports on the last messages",
    "session over",
    "paused",
)

METRICS = (
    Metric("state", STATE, "", "State of the strategy.", states=STATES),
    Metric("session", INFO, "", "Id of the feed session."),
    Metric("session_start_time", TIME, "", "When the strategy began with the feed session, UTC."),
    Metric("order_session", INFO, "", "Id of the order session."),
    Metric("config_hash", INFO, "", "Hash of what decides about orders."),
    Metric("connected_feed", GAUGE, "", "Whether the gateway is connected."),
    Metric("connected_orders", GAUGE, "", "Whether the order manager is connected."),
    Metric("sequence_processed", GAUGE, "messages", "Number of the last message processed."),
    Metric("from_sequence", GAUGE, "messages", "Number of the first message to trade on."),
    Metric("lag", GAUGE, "messages", "Messages of the feed that wait to be processed."),
    Metric("orders_pending", GAUGE, "orders", "Orders without a report."),
    Metric("orders_working", GAUGE, "orders", "Orders that are accepted and not done."),
    Metric("pause_reason", TEXT, "", "The exception of a hook that has paused the strategy."),
    *_OF_A_SESSION,
    Metric("signals_without_price", COUNTER, "signals", "Signals for a symbol without a price."),
    Metric("rates.*", GAUGE, "messages/s", "Ticks received per second.", label="window"),
    *(
        Metric(f"process.{metric.name}", metric.kind, metric.unit, metric.help)
        for metric in _OF_A_SESSION
    ),
    Metric("process.orders_resent", COUNTER, "orders", "Orders sent again."),
    Metric("process.orders_refused", COUNTER, "orders", "Orders that could not be taken."),
    Metric("process.orders_unknown", COUNTER, "orders", "Orders whose session ended before."),
    Metric("process.reports_unmatched", COUNTER, "reports", "Reports on unknown orders."),
    Metric("process.book_read_failures", COUNTER, "", "Failed reads of the books."),
    Metric(
        "process.symbols_without_place",
        COUNTER,
        "orders",
        "Orders for symbols without a place in the book of prices.",
    ),
    Metric("process.feed_disconnects", COUNTER, "", "Connections to the gateway lost."),
    Metric("process.orders_disconnects", COUNTER, "", "Connections to the order manager lost."),
)
