"""The metrics of the web server; all of them began with the process, which exits when idle."""

from tradestack.observe.metrics import COUNTER, GAUGE, Metric

METRICS = (
    Metric("connections", GAUGE, "connections", "Connections of browsers."),
    Metric("viewers", GAUGE, "viewers", "Pages that are shown live."),
    Metric("logins", GAUGE, "logins", "Logins that are valid."),
    Metric("process.requests", COUNTER, "requests", "Requests answered."),
    Metric("process.requests_refused", COUNTER, "requests", "Requests that the rules refused."),
    Metric("process.connections_refused", COUNTER, "connections", "Connections above the limit."),
    Metric(
        "process.connections_displaced",
        COUNTER,
        "connections",
        "Connections ended in favour of a user or host with fewer.",
    ),
    Metric("process.viewers_dropped", COUNTER, "viewers", "Viewers that did not read in time."),
    Metric(
        "process.viewers_displaced",
        COUNTER,
        "viewers",
        "Viewers ended in favour of a user or host with fewer.",
    ),
    Metric("process.logins_rejected", COUNTER, "logins", "Logins with a wrong token."),
    Metric("process.actions", COUNTER, "actions", "Actions carried out."),
    Metric("process.log_lines_suppressed", COUNTER, "lines", "Log lines left out."),
)
