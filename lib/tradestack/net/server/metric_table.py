"""The metrics of `SessionServer.stats`, which both servers show under "process"."""

from tradestack.observe.metrics import COUNTER, Metric

METRICS = (
    Metric("process.logins_rejected", COUNTER, "logins", "Logins rejected."),
    Metric(
        "process.connections_displaced",
        COUNTER,
        "",
        "Connections that made room before a login.",
    ),
    Metric("process.log_lines_suppressed", COUNTER, "lines", "Log lines about clients left out."),
    Metric("process.protocol_violations", COUNTER, "", "Connections ended for a violation."),
)
