"""The metrics of the gRPC edge; "process." are those that began with the process."""

from tradestack.observe.metrics import COUNTER, GAUGE, TEXT, Metric

METRICS = (
    Metric("listen", TEXT, "", "Address of its port."),
    Metric("transport", TEXT, "", "TLS or plaintext."),
    Metric("calls.*", GAUGE, "calls", "Calls that are open, logged in.", label="service"),
    Metric("logins_pending", GAUGE, "calls", "Calls whose login is under way."),
    Metric("process.calls.*", COUNTER, "calls", "Calls that have begun.", label="service"),
    Metric("process.calls_refused", COUNTER, "calls", "Calls beyond a limit."),
    Metric("process.logins_rejected", COUNTER, "calls", "Calls with a wrong user or password."),
    Metric("process.slow_readers", COUNTER, "calls", "Calls of clients that did not read."),
    Metric("process.ticks", COUNTER, "ticks", "Ticks sent."),
    Metric("process.orders", COUNTER, "messages", "Orders and requests passed on."),
    Metric("process.orders_malformed", COUNTER, "messages", "Orders and requests not passed on."),
    Metric("process.reports", COUNTER, "messages", "Messages sent to clients of order entry."),
)
