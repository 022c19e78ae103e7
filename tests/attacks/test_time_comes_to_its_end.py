"""The random walk reaches the last nanosecond that a tick can hold."""

from pathlib import Path

import numpy as np

from tests.kit.gateway import Gateway


def test_the_walk_ends_and_no_time_is_negative(tmp_path: Path) -> None:
    """The source has ended like a file that is read to its end."""
    with Gateway(tmp_path) as gateway:
        gateway.configure(
            source="random-walk",
            start_at="2262-04-11T23:47:06Z",
            walk_interval="10ms",
            pace="max",
            at_end="hold",
        )
        session = gateway.start()["session"]

        stats = gateway.stats_when(lambda stats: stats["source_state"] == "ended")

        times = gateway.logged(session)["event_time_ns"].astype(np.int64)
        assert len(times) == stats["head"] > 500
        assert times.min() > 0
        assert (np.diff(times) >= 0).all()
