"""The feed for foreign clients: streamed, resumed after kill -9, idle, ended."""

from pathlib import Path

import pytest

from tests.interop.judge import Judge, Kind
from tests.kit.csv_files import PRICES_HEADER, price_rows, write
from tests.kit.daemon import PASSWORD
from tests.kit.gateway import Gateway
from tests.kit.prerequisites import need_package

TICKS = 600  # Nasdaq's client takes a millisecond for each
LATE_TICKS = 8
SILENCE_UNENDURABLE = "4500ms"  # Nasdaq's client closes after 2 to 4 s without a byte
SILENCE_ENDLESS = "10min"
PACKET_LENGTH = 64
HEADER_LENGTH = 3


@pytest.fixture
def playing(gateway: Gateway, tmp_path: Path) -> Gateway:
    """Return a gateway that pauses after TICKS ticks."""
    play(gateway, tmp_path, SILENCE_ENDLESS)
    return gateway


def play(daemon: Gateway, tmp_path: Path, silence: str) -> None:
    """Configure TICKS ticks at once, then LATE_TICKS with a silence before each."""
    late = "".join(f"2026-02-0{day + 1}T00:00:00Z,AA,7,1\n" for day in range(LATE_TICKS))
    prices = write(tmp_path / "prices.csv", PRICES_HEADER + price_rows(TICKS) + late)
    daemon.configure(prices=prices, pace="10x", max_gap=silence, at_end="hold")
    daemon.start()


def join(daemon: Gateway, kind: Kind, session: str = "", sequence: int = 1) -> Judge:
    """Connect a foreign client to the feed."""
    return Judge(
        kind,
        daemon.address,
        user="guest",
        password=PASSWORD,
        session=session,
        sequence=sequence,
    )


def logged(daemon: Gateway, session: str) -> list[bytes]:
    """Return the payloads in the session's file."""
    data = (daemon.state / f"{session}.feed").read_bytes()
    return [
        data[start + HEADER_LENGTH : start + PACKET_LENGTH]
        for start in range(0, len(data), PACKET_LENGTH)
    ]


def skip_silence(daemon: Gateway) -> None:
    """Let the remaining ticks be published at once."""
    daemon.call("SetPace", {"pace": "max"})


def test_session_is_streamed_to_its_end(playing: Gateway, kind: Kind) -> None:
    """Each tick comes once, as in the log, then the end of session."""
    with join(playing, kind) as judge:
        session, next_number = judge.accepted()
        ticks = judge.messages(TICKS)
        skip_silence(playing)
        ticks += judge.messages(LATE_TICKS)
        playing.call("NewSession")
        farewell = judge.rest()

    assert next_number == 1
    assert ticks == logged(playing, session)
    assert farewell == kind.farewell


def test_heartbeats_fill_the_silence(gateway: Gateway, tmp_path: Path) -> None:
    """The client of nasdaq-protocols is still connected when the next tick comes."""
    need_package("nasdaq_protocols")
    play(gateway, tmp_path, SILENCE_UNENDURABLE)

    with join(gateway, Kind.NASDAQ, sequence=TICKS + 1) as judge:
        session, _ = judge.accepted()
        (tick,) = judge.messages(1)

    assert tick == logged(gateway, session)[TICKS]


def test_client_resumes_where_a_killed_gateway_left_it(playing: Gateway, kind: Kind) -> None:
    """The same session continues at the next number, with the same bytes."""
    with join(playing, kind) as judge:
        session, _ = judge.accepted()
        first = judge.messages(TICKS // 2)
        playing.kill()
        judge.rest()
    playing.start()

    with join(playing, kind, session, TICKS // 2 + 1) as judge:
        resumed = judge.accepted()
        rest = judge.messages(TICKS // 2)

    assert resumed == (session, TICKS // 2 + 1)
    assert first + rest == logged(playing, session)[:TICKS]


def test_sequence_0_brings_only_what_is_new(playing: Gateway, kind: Kind) -> None:
    """The number in the answer is that of the next tick to come."""
    with join(playing, kind) as judge:
        session, _ = judge.accepted()
        judge.messages(TICKS)

    with join(playing, kind, sequence=0) as judge:
        _, next_number = judge.accepted()
        skip_silence(playing)
        (tick,) = judge.messages(1)

    assert next_number == TICKS + 1
    assert tick == logged(playing, session)[next_number - 1]


def test_number_beyond_the_head_is_waited_for(playing: Gateway, kind: Kind) -> None:
    """The first message is the one that was asked for."""
    with join(playing, kind, sequence=TICKS + 2) as judge:
        session, next_number = judge.accepted()
        skip_silence(playing)
        (tick,) = judge.messages(1)

    assert next_number == TICKS + 2
    assert tick == logged(playing, session)[TICKS + 1]


def test_wrong_password_and_session_are_told_apart(playing: Gateway, kind: Kind) -> None:
    """The reason is A for a wrong password, S for a session that does not exist."""
    with Judge(kind, playing.address, user="guest", password="wrong") as judge:
        assert judge.rejected() == "A"
    with Judge(kind, playing.address, user="nobody", password=PASSWORD) as judge:
        assert judge.rejected() == "A"
    with join(playing, kind, session="NOSESSION1") as judge:
        assert judge.rejected() == "S"
