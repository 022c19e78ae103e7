"""The statistics that a backtest leaves beside its sessions."""

from pathlib import Path

from tests.ctl.up.sample_run import PRICES, SENTIMENT
from tradestack import backtest
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.sessions.recorded_statistics import read_statistics
from tradestack.strategies.news import News


def test_its_process_is_recorded_as_the_daemons_are(tmp_path: Path) -> None:
    """One line with what it has counted, and the CPU and memory of this run alone."""
    prices, sentiment = tmp_path / "prices.csv", tmp_path / "sentiment.csv"
    prices.write_text(PRICES)
    sentiment.write_text(SENTIMENT)

    result = backtest.run(News, prices=prices, sentiment=sentiment, state_dir=tmp_path / "run")

    (found,) = read_statistics(tmp_path / "run" / "state", result.feed_session)
    (line,) = found.lines
    assert (found.daemon, line.stats["daemon"]) == ("backtest", "backtest")
    assert (line.stats["ticks_total"], line.stats["fills"]) == (result.ticks, result.fill_count)
    assert 0 < line.process.cpu_seconds <= 10 * (line.time - line.since) / NANOSECONDS_PER_SECOND
    assert line.process.rss_peak_bytes > 1 << 20
