"""What fills up in a daemon: the log, the status line and the stats say so."""

import resource

from tests.runtime.launched import Launch


def test_what_fills_up_is_in_log_status_line_and_stats(launch: Launch) -> None:
    """At 80 of 100 a warning, at 100 an error, each once."""
    daemon = launch()
    daemon.wait_for("READY=1")

    for _ in range(80):
        daemon.echo("hello")
    daemon.wait_for("STATUS=messages 80% used (80 of 100): restart it; echo ? 80")
    near = daemon.call("GetStats")["stats"]["limits_near"]
    for _ in range(20):
        daemon.echo("hello")
    daemon.wait_for("STATUS=messages 100% used (100 of 100): restart it; echo ? 100")
    stats = daemon.call("GetStats")["stats"]
    daemon.process.terminate()
    _, stderr = daemon.wait_for_exit()

    assert near == "messages 80% used (80 of 100): restart it"
    assert stats["limits_used"]["messages"] == 100
    assert "limit reached limit=messages" in stats["last_error"]
    assert stderr.count("limit nearly reached limit=messages used_percent=80") == 1
    assert stderr.count("limit reached limit=messages used_percent=100") == 1


def test_open_files_are_counted_against_the_limit_of_the_process(launch: Launch) -> None:
    """Of these, connections may take all but the last 32."""
    daemon = launch()
    daemon.wait_for("READY=1")
    used = daemon.call("GetStats")["stats"]["limits_used"]["descriptors"]
    assert used < 10

    resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (40, 40))
    line = ""
    while "limit reached limit=descriptors" not in line:
        line = daemon.next_stderr_line()

    assert "LimitNOFILE=" in line
