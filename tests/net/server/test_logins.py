"""SessionServer: logins that are accepted, rejected or have to wait, on real sockets."""

import asyncio
import hashlib
import logging
import re

import pytest

from tests.kit.net import Net
from tests.net.crowd import Crowd
from tests.net.streamed import accepted, filled, rejected
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.net.line_limit import LINES
from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.logins import GUESSES, LOGINS
from tradestack.net.server.users import Users, users_line
from tradestack.wire import soup
from tradestack.wire.soup import Packet, PacketType

WRONG = soup.encode_login_request(soup.LoginRequest(user="news", password="wrong"))


@pytest.mark.parametrize(
    ("fields", "sequence"),
    [
        (b"news  secret    0ABCDE1234" + b"2".rjust(20), 2),
        (b"NEWS  SECRET    0ABCDE1234" + b"2".ljust(20), 2),
        (b"  news    secret" + b" " * 10 + b"2".rjust(20, b"\0"), 2),
        (b"news  secret    " + b" " * 30, 3),
        (b"news  secret    " + b" " * 10 + b"1".rjust(20) + b"30000", 1),
        (b"news  secret    " + b" " * 10 + b"1".ljust(20) + b"soon ", 1),
    ],
)
async def test_logins_of_both_lengths_and_any_justification_are_read(
    net: Net, fields: bytes, sequence: int
) -> None:
    """47- and 52-byte logins in either case, justified to either side by spaces or NULs."""
    handler = filled(net, b"one", b"two")
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.send_packet(PacketType.LOGIN_REQUEST, fields)
        answer = await client.packet()

    assert answer is not None
    assert accepted(answer) == soup.LoginAccepted("0ABCDE1234", sequence)


@pytest.mark.parametrize(
    ("password", "session", "reason"),
    [
        ("wrong", "", b"A"),
        ("", "", b"A"),
        ("secret", "ZZZZZZZZZZ", b"S"),
    ],
)
async def test_a_rejected_login_gets_j_and_the_close(
    net: Net, caplog: pytest.LogCaptureFixture, password: str, session: str, reason: bytes
) -> None:
    """The client learns A or S, and the log names the user and the peer."""
    caplog.set_level(logging.WARNING)
    async with (
        net.serving(filled(net, b"one")) as running,
        net.connected(running.address) as client,
    ):
        answer = await client.log_in(1, session_id=session, password=password)
        rest = await client.packets_to_end()
        peer = client.socket.getsockname()

    assert answer == Packet(PacketType.LOGIN_REJECTED, reason)
    assert rest == []
    assert [f"user=news peer=127.0.0.1:{peer[1]}" in text for text in caplog.messages] == [True]


async def test_what_comes_with_the_login_is_read_after_it(net: Net) -> None:
    """Messages in the same segment as the login are not lost and stay in order."""
    handler = filled(net)
    login = soup.encode_login_request(soup.LoginRequest(user="news", password="secret"))
    messages = [b"%d" % number for number in range(100)]
    packets = [soup.encode_packet(PacketType.UNSEQUENCED_DATA, text) for text in messages]
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.send(login + b"".join(packets[:50]))
        await client.send(b"".join(packets[50:]))
        await handler.until(lambda: len(handler.received) == 100)

    assert [payload for _, payload in handler.received] == messages


async def test_a_connection_that_does_not_log_in_is_closed(
    net: Net, caplog: pytest.LogCaptureFixture
) -> None:
    """After login_deadline its place is free again, and the log names the peer."""
    handler, clock = filled(net), net.fake_clock()
    async with (
        net.serving(handler, clock=clock) as running,
        net.connected(running.address) as silent,
        net.connected(running.address) as witness,
    ):
        await witness.log_in(1)  # accepted after the silent one
        running.let_time_pass(5.25)
        packets = await silent.packets_to_end()

    assert packets == []
    assert any("no login in time" in text for text in caplog.messages)


async def test_a_password_that_was_right_before_is_right_during_a_flood_of_guesses(
    net: Net,
) -> None:
    """The guesses wait for each other; the right password is recognised at once."""
    async with (
        net.serving(filled(net), clock=net.fake_clock()) as running,
        Crowd(net, running) as crowd,
    ):
        assert not await rejected(net, running)
        guesses = [await crowd.connect() for _ in range(GUESSES.burst + 5)]
        for client in guesses:
            await client.send(WRONG)
        await asyncio.gather(*(client.packet() for client in guesses[: GUESSES.burst]))

        assert not await rejected(net, running)
        assert len(running.server._pending) >= 5  # the other guesses
        assert running.server.logins_rejected_total == GUESSES.burst


async def test_a_right_password_that_is_new_waits_behind_no_guess_of_others(net: Net) -> None:
    """As soon as another password may be checked it is that of the user who failed least."""
    clock = net.fake_clock()
    async with net.serving(filled(net), clock=clock) as running, Crowd(net, running) as crowd:
        guesses = [await crowd.connect() for _ in range(GUESSES.burst + 30)]
        for client in guesses:
            await client.send(WRONG)
        await asyncio.gather(*(client.packet() for client in guesses[: GUESSES.burst]))
        newcomer = await crowd.connect()
        answer = asyncio.ensure_future(newcomer.log_in(1, user="orders", password="s3cret"))
        while len(running.server._logins._unproven) < 31:
            await asyncio.sleep(0)
        clock.now_ns += NANOSECONDS_PER_SECOND // GUESSES.per_second

        assert accepted(await answer).sequence == 1
        assert running.server.logins_rejected_total <= GUESSES.burst + 1  # and maybe the next one


async def test_right_passwords_are_not_counted_as_guesses(net: Net) -> None:
    """After a restart of the server all strategies log in at once, each with one hash."""
    names = [f"u{number}" for number in range(GUESSES.burst + 5)]
    lines = [users_line(name, "secret", salt=b"salt") for name in names]
    net.users_file.write_text("".join(lines))
    async with net.serving(filled(net), clock=net.fake_clock()) as running:
        for name in names:
            assert not await rejected(net, running, user=name)


async def test_a_user_who_logs_in_again_and_again_waits_alone(net: Net) -> None:
    """Their further logins are answered as the rate allows, those of others at once."""
    clock = net.fake_clock()
    async with (
        net.serving(filled(net), clock=clock) as running,
        net.connected(running.address) as again,
    ):
        for _ in range(LOGINS.burst + 1):  # the first one was checked by its hash
            assert not await rejected(net, running)
        answer = asyncio.ensure_future(again.log_in(1))
        assert not await rejected(net, running, user="orders", password="s3cret")
        while not running.server._logins._slowed:
            await asyncio.sleep(0)
        assert not answer.done()
        clock.now_ns += NANOSECONDS_PER_SECOND // LOGINS.per_second

        assert accepted(await answer).sequence == 1


async def test_logins_of_one_user_that_come_together_cost_one_hash(
    net: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are recognised when it is their turn."""
    hashes: list[str] = []
    verify = Users.verify

    def count(users: Users, user: str, password: str) -> bool:
        hashes.append(user)
        return verify(users, user, password)

    monkeypatch.setattr(Users, "verify", count)
    async with net.serving(filled(net)) as running, Crowd(net, running) as crowd:
        clients = [await crowd.connect() for _ in range(10)]
        answers = await asyncio.gather(*(client.log_in(1) for client in clients))

    assert [accepted(answer).sequence for answer in answers] == [1] * 10
    assert hashes == ["news"]


async def test_a_client_that_sends_its_login_at_once_is_not_displaced_by_guesses(net: Net) -> None:
    """Of one origin the oldest makes room, not the one that has just come."""
    limits = SessionLimits(logins_pending_max=3)
    clock = net.fake_clock()
    async with (
        net.serving(filled(net), limits=limits, clock=clock) as running,
        Crowd(net, running) as crowd,
    ):
        running.server._logins._guesses_left.left(GUESSES, clock.now_ns)
        running.server._logins._guesses_left.spend(GUESSES, GUESSES.burst)
        guesses = [await crowd.connect() for _ in range(3)]
        for client in guesses:
            await client.send(WRONG)
        while len(running.server._logins._unproven) < 3:
            await asyncio.sleep(0)
        newcomer, last = await crowd.connect(), await crowd.connect()

        assert await guesses[0].packets_to_end() == []
        assert await guesses[1].packets_to_end() == []
        assert running.server.connections_displaced_total == 2
        del newcomer, last


async def test_unknown_names_are_checked_as_known_ones_are(
    net: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each costs one hash and one of the guesses, so that the time tells nothing about a name."""
    salts: list[bytes] = []
    scrypt = hashlib.scrypt

    def count(password: bytes, *, salt: bytes, **cost: int) -> bytes:
        salts.append(salt)
        return scrypt(password, salt=salt, **cost)

    monkeypatch.setattr(hashlib, "scrypt", count)
    async with net.serving(filled(net), clock=net.fake_clock()) as running:
        for name in ("news", "nobody", "news", "none", "nil", "nix", "void", "no-one"):
            assert await rejected(net, running, user=name, password="wrong")

    assert len(salts) == 8


async def test_the_lines_of_outsiders_are_limited_and_the_rest_counted(
    net: Net, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever they do before a login; one line states how many were left out."""
    clock = net.fake_clock()
    async with net.serving(filled(net), clock=clock) as running:
        for _ in range(LINES.burst + 30):
            async with net.connected(running.address) as client:
                await client.send(b"GET / HTTP/1.1")
                await client.packets_to_end()
        running.let_time_pass(60)

    told = [each for each in caplog.messages if each.startswith("protocol violation")]
    assert len(told) == LINES.burst
    # The server may have counted once while it went on.
    counts = re.findall(r"log lines about clients suppressed count=(\d+)", caplog.text)
    assert sum(map(int, counts)) == 30
    assert running.server.stats()["log_lines_suppressed"] == 30
