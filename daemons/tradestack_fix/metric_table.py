"""The metrics of the FIX port; "process." are those that began with the process."""

from tradestack.observe.metrics import COUNTER, GAUGE, STATE, TEXT, Metric

METRICS = (
    Metric("connections_pending", GAUGE, "connections", "Connections that have not logged on."),
    Metric("clients.*.user", TEXT, "", "User at the order manager.", label="client"),
    Metric("clients.*.state", STATE, "", "What the FIX session is doing.", label="client"),
    Metric("clients.*.reports", GAUGE, "reports", "Newest report sent.", label="client"),
    Metric("clients.*.next_number", GAUGE, "", "Number of the next message.", label="client"),
    Metric("clients.*.expected", GAUGE, "", "Number expected of the client.", label="client"),
    Metric(
        "clients.*.unconfirmed",
        GAUGE,
        "messages",
        "Messages that the order manager may not have yet.",
        label="client",
    ),
    Metric(
        "clients.*.outgoing_bytes",
        GAUGE,
        "bytes",
        "Bytes that wait for the client.",
        label="client",
    ),
    Metric("process.logons", COUNTER, "logons", "Logons accepted."),
    Metric("process.logons_refused", COUNTER, "logons", "Logons refused."),
    Metric(
        "process.connections_displaced",
        COUNTER,
        "connections",
        "Connections without a logon that were closed for newer ones.",
    ),
    Metric(
        "process.messages_received", COUNTER, "messages", "Messages of clients after the logon."
    ),
    Metric("process.messages_garbled", COUNTER, "messages", "Times that bytes were skipped."),
    Metric(
        "process.messages_refused",
        COUNTER,
        "messages",
        "Messages answered with Reject or BusinessMessageReject.",
    ),
    Metric("process.reports_sent", COUNTER, "reports", "Reports sent the first time."),
    Metric("process.reports_repeated", COUNTER, "reports", "Reports sent with PossDupFlag."),
    Metric("process.resend_requests", COUNTER, "requests", "ResendRequests of clients."),
    Metric("process.gaps", COUNTER, "requests", "ResendRequests to clients."),
    Metric("process.log_lines_suppressed", COUNTER, "lines", "Log lines left out."),
)
