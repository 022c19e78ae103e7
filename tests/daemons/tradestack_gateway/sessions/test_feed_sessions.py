"""All feed sessions of a state directory: order, ends, and remains of a killed process."""

import asyncio
import dataclasses
from pathlib import Path

import pytest

from tests.kit.clock import FakeClock
from tests.kit.csv_files import PRICES_HEADER, price_rows, write
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.faults import OperatorFault
from tradestack.runtime.supervisor.notify import Notifier
from tradestack_gateway.config import AtEnd, GatewayConfig
from tradestack_gateway.sessions.feed_session import FeedSession
from tradestack_gateway.sessions.feed_sessions import FeedSessions
from tradestack_gateway.sessions.sidecar import Settings, load_sidecars

BAD_ROW = "2026-01-15T14:31:00Z,AA,none,1\n"


@pytest.fixture
def config(tmp_path: Path) -> GatewayConfig:
    """A price file of nine good rows and a bad one."""
    prices = write(tmp_path / "prices.csv", PRICES_HEADER + price_rows(9) + BAD_ROW)
    return dataclasses.replace(GatewayConfig(), prices=(str(prices),), at_end=AtEnd.HOLD)


def make_sessions(directory: Path, clock: FakeClock | None = None) -> FeedSessions:
    """Return the sessions of a gateway that has just started."""
    return FeedSessions(directory, clock or FakeClock(), Notifier(None))


def begin(sessions: FeedSessions, config: GatewayConfig) -> FeedSession:
    """Begin a session of checked sources."""
    identity = asyncio.run(sessions.check(config))
    return sessions.begin(sessions.open_source(config), identity, Settings())


def resume(sessions: FeedSessions, config: GatewayConfig) -> FeedSession | None:
    """Resume the last session if it is continued."""

    async def work() -> FeedSession | None:
        return await sessions.resume(config, await sessions.check(config))

    return asyncio.run(work())


def publish_all(session: FeedSession) -> None:
    """Publish to the end of the source."""
    while (records := session.pending(0)) is not None:
        session.commit(len(records), 1)


def test_ids_and_times_ascend_when_the_clock_is_set_back(
    tmp_path: Path, config: GatewayConfig
) -> None:
    """Both decide which session is the newest."""
    clock = FakeClock(wall_offset_ns=10**18)
    sessions = make_sessions(tmp_path, clock)

    for _ in range(3):
        begin(sessions, config).close()
        clock.wall_offset_ns -= 3_600 * NANOSECONDS_PER_SECOND

    sidecars = load_sidecars(tmp_path)
    ids = [sidecar.session_id for sidecar in sidecars]
    times = [sidecar.start_time_ns for sidecar in sidecars]
    assert ids == sorted(set(ids))
    assert times == sorted(set(times))
    assert sessions.started_total == 3


def test_beginning_ends_earlier_sessions(tmp_path: Path, config: GatewayConfig) -> None:
    """This includes sessions that a killed process left without an end."""
    begin(make_sessions(tmp_path), config).close()
    begin(make_sessions(tmp_path), config).close()

    assert [sidecar.ended for sidecar in load_sidecars(tmp_path)] == [True, False]


def test_same_sources_continue_the_session(tmp_path: Path, config: GatewayConfig) -> None:
    """The files are not checked again; a changed file begins another session."""
    begun = begin(make_sessions(tmp_path), config)
    begun.close()

    resumed = resume(make_sessions(tmp_path), config)
    assert resumed is not None
    assert resumed.session_id == begun.session_id
    resumed.close()

    assert config.prices is not None
    write(Path(config.prices[0]), PRICES_HEADER + price_rows(8))
    assert resume(make_sessions(tmp_path), config) is None


@pytest.mark.parametrize(("at_end", "continues"), [(AtEnd.HOLD, False), (AtEnd.END_SESSION, True)])
def test_ended_session_is_resumed_for_readers_only(
    tmp_path: Path, config: GatewayConfig, at_end: AtEnd, continues: bool
) -> None:
    """With "end-session" it is only served; otherwise another session begins."""
    sessions = make_sessions(tmp_path)
    begun = begin(sessions, config)
    sessions.end(begun)
    sessions.close()

    sessions = make_sessions(tmp_path)
    resumed = resume(sessions, dataclasses.replace(config, at_end=at_end))

    assert (resumed is not None) == continues
    log = sessions.ended_log(begun.session_id)
    assert log is not None
    assert log.ended
    if resumed is not None:
        resumed.close()
    sessions.close()


def test_bad_rows_are_reported_once(
    tmp_path: Path, config: GatewayConfig, caplog: pytest.LogCaptureFixture
) -> None:
    """The check reports them; playing or continuing the session does not."""
    session = begin(make_sessions(tmp_path), config)
    publish_all(session)
    session.close()
    resumed = resume(make_sessions(tmp_path), config)
    assert resumed is not None
    publish_all(resumed)
    resumed.close()

    assert caplog.text.count("row refused") == 1
    assert resumed.row_counts.rejected == 1


def test_bad_rows_beyond_the_check_are_reported_when_read(
    tmp_path: Path, config: GatewayConfig, caplog: pytest.LogCaptureFixture
) -> None:
    """The file is too large to be checked to its end."""
    config = dataclasses.replace(config, validate_bytes_max=0)
    assert config.prices is not None
    write(Path(config.prices[0]), PRICES_HEADER + price_rows(9_000) + BAD_ROW)
    session = begin(make_sessions(tmp_path), config)
    shown_before = caplog.text.count("row refused")

    publish_all(session)
    session.close()

    assert (shown_before, caplog.text.count("row refused")) == (0, 1)


def test_bad_file_is_an_operator_fault(tmp_path: Path, config: GatewayConfig) -> None:
    """The fault has file and line, and no session begins."""
    assert config.prices is not None
    write(Path(config.prices[0]), PRICES_HEADER + BAD_ROW)

    with pytest.raises(OperatorFault) as fault:
        begin(make_sessions(tmp_path), config)

    assert fault.value.where == f"{config.prices[0]}: line 2"
    assert load_sidecars(tmp_path) == []


def test_unfinished_beginnings_are_removed(tmp_path: Path, config: GatewayConfig) -> None:
    """An empty log without a sidecar is deleted; any other log stays."""
    sessions = make_sessions(tmp_path)
    begun = begin(sessions, config)
    begun.close()
    (tmp_path / "AAAAAAAAAA.feed").touch()
    (tmp_path / "BBBBBBBBBB.feed").write_bytes(b"not empty")

    sessions.remove_unfinished()

    logs = sorted(path.stem for path in tmp_path.glob("*.feed"))
    assert logs == sorted([begun.session_id, "BBBBBBBBBB"])


def test_current_sessions_are_not_pruned(tmp_path: Path, config: GatewayConfig) -> None:
    """Their age makes no difference."""
    sessions = make_sessions(tmp_path)
    ids = []
    for _ in range(3):
        begun = begin(sessions, config)
        sessions.end(begun)
        ids.append(begun.session_id)
    first = load_sidecars(tmp_path)[0]
    first.ended = False
    first.save(tmp_path)

    sessions.prune(1, in_use=())

    assert [sidecar.session_id for sidecar in load_sidecars(tmp_path)] == [ids[0], ids[2]]
    assert sessions.ended_log(ids[1]) is None
    sessions.close()
