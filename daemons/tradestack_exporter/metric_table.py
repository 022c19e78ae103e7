"""The metrics of the exporter; "process." are those that began with the process."""

from tradestack.observe.metrics import COUNTER, FAULT, GAUGE, INFO, STATE, TEXT, Metric
from tradestack_exporter.progress import State

METRICS = (
    Metric("session", INFO, "", "Id of the feed session that is exported."),
    Metric(
        "state",
        STATE,
        "",
        "State of the export; spare: another exporter writes the stream.",
        states=tuple(State),
    ),
    Metric("stream", TEXT, "", "Name of that session's stream."),
    Metric("head", GAUGE, "messages", "Number of the newest message that its stream has."),
    Metric("server", TEXT, "", "Server of NATS that is connected."),
    Metric("server_fault", FAULT, "", "Why nothing is exported."),
    Metric("buffered", GAUGE, "messages", "Messages received and not sent yet."),
    Metric("lag_us", GAUGE, "us", "From publication to confirmation, newest message."),
    Metric("process.messages", COUNTER, "messages", "Messages confirmed."),
    Metric("process.slabs", COUNTER, "slabs", "Slabs confirmed."),
    Metric("process.bytes", COUNTER, "bytes", "Bytes of packets confirmed."),
    Metric("process.sessions_sealed", COUNTER, "sessions", "Feed sessions exported to their end."),
    Metric("process.sessions_removed", COUNTER, "sessions", "Streams removed as too old."),
    Metric(
        "process.sessions_skipped", COUNTER, "sessions", "Feed sessions that were not exported."
    ),
    Metric("process.connections", COUNTER, "connections", "Connections to servers of NATS."),
    Metric("process.fenced", COUNTER, "appends", "Times that another exporter was faster."),
)
