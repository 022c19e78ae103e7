"""The metrics that the runtime adds to the stats of every daemon."""

from tradestack.observe.metrics import COUNTER, FAULT, GAUGE, INFO, TEXT, TIME, Metric

METRICS = (
    Metric("daemon", TEXT, "", "Name of the daemon."),
    Metric("instance", TEXT, "", "Name of the instance, of a daemon that has instances."),
    Metric("version", INFO, "", "Version of tradestack."),
    Metric("pid", TEXT, "", "Process id."),
    Metric("start_time", TIME, "", "When the process started, UTC."),
    Metric("uptime_s", GAUGE, "s", "Time since the process started."),
    Metric("cpu_seconds", COUNTER, "s", "CPU time that the process has used."),
    Metric("rss_bytes", GAUGE, "bytes", "Resident set size of the process."),
    Metric("rss_peak_bytes", GAUGE, "bytes", "Largest resident set size that it had."),
    Metric("pss_bytes", GAUGE, "bytes", "Proportional set size of the process."),
    Metric("last_error", FAULT, "", "Last line logged as an error, until it is resolved."),
    Metric("limits_used.*", GAUGE, "percent", "How much of a limit is used.", label="limit"),
    Metric("limits_near", TEXT, "", "Limits of which 80 % or more are used, and what to do."),
    Metric(
        "config_pending.*",
        TEXT,
        "",
        "What a changed config key waits for.",
        label="key",
    ),
    Metric(
        "config_unused.*",
        TEXT,
        "",
        "Why a key in the config file has no effect.",
        label="key",
    ),
    Metric("process.config_reloads", COUNTER, "", "Reloads of the config that were accepted."),
    Metric("process.config_reloads_refused", COUNTER, "", "Reloads of the config refused."),
)
