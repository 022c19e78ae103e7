"""The metrics of the order manager; values outside of "process" are of the order session."""

from tradestack.observe.metrics import COUNTER, GAUGE, HISTOGRAM, INFO, Metric

METRICS = (
    Metric("session", INFO, "", "Id of the order session."),
    Metric("session_start_time", INFO, "", "When the order session began, UTC."),
    Metric("session_fault", INFO, "", "For whom the order session is full."),
    Metric("orders_received", COUNTER, "orders", "Orders journalled."),
    Metric("orders_accepted", COUNTER, "orders", "Orders accepted."),
    Metric("orders_rejected", COUNTER, "orders", "Orders rejected."),
    Metric("orders_duplicate", COUNTER, "orders", "Orders received again, since the last start."),
    Metric("orders_malformed", COUNTER, "orders", "Orders that were not well-formed."),
    Metric("rejects.*", COUNTER, "orders", "Orders rejected, by reason.", label="reason"),
    Metric("registrations", COUNTER, "", "Registrations of strategies."),
    Metric("last_order_id", GAUGE, "", "Number of the newest order."),
    Metric("journal_bytes", GAUGE, "bytes", "Size of the order journal."),
    Metric("rates.*", GAUGE, "orders/s", "Orders per second.", label="window"),
    Metric("latency.received_to_journalled", HISTOGRAM, "us", "From receipt to journal."),
    Metric("clients", GAUGE, "clients", "Clients that are logged in."),
    Metric("client_lag_max", GAUGE, "reports", "Reports to be sent to the slowest client."),
    Metric("order_log_behind", GAUGE, "reports", "Reports that the order log does not show yet."),
    Metric("journal_fault", INFO, "", "Why the order journal cannot be written."),
    Metric("order_log_fault", INFO, "", "Why the order log cannot be written."),
    Metric("process.orders_received", COUNTER, "orders", "Orders journalled."),
    Metric("process.orders_accepted", COUNTER, "orders", "Orders accepted."),
    Metric("process.orders_rejected", COUNTER, "orders", "Orders rejected."),
    Metric("process.messages_journalled", COUNTER, "messages", "Messages journalled."),
    Metric("process.messages_refused", COUNTER, "messages", "Messages refused."),
    Metric("process.orders_duplicate", COUNTER, "orders", "Orders received again."),
)
