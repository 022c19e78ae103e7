"""Logins that are refused by some servers of a list, or by all; passwords that are corrected."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from tests.kit.clock import FakeClock
from tests.kit.net import Net, RunningServer
from tests.net.client.feeds import client_of, feed
from tests.net.client.test_feed_client import Recorder
from tests.net.client.test_several_servers import Standby, closed, following, ticks_of
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.faults import OperatorFault
from tradestack.net.addresses import Address
from tradestack.net.client.contact import CONNECTING, Contact
from tradestack.net.client.login import Credentials, LoginRejected
from tradestack.net.server.users import users_line
from tradestack.wire.soup import RejectReason

__all__ = ["closed"]  # a fixture

FIRST, SECOND = Address("127.0.0.1", 1), Address("127.0.0.1", 2)


@contextlib.asynccontextmanager
async def stranger(directory: Path) -> AsyncIterator[RunningServer]:
    """Run a server at which the user has another password."""
    (directory / "stranger").mkdir(exist_ok=True)
    net = Net(directory / "stranger")
    net.users_file.write_text(users_line("news", "another", salt=b"salt"))
    async with net.serving(feed(net, 5)) as running:
        yield running


async def test_a_server_that_refuses_the_login_is_passed_over(net: Net, tmp_path: Path) -> None:
    """The user may be known at one of them only."""
    async with (
        stranger(tmp_path) as first,
        net.serving(feed(net, 3)) as second,
        following(net, [first.address, second.address]) as recorder,
    ):
        await recorder.until(3)

    assert ticks_of(recorder) == [1, 2, 3]


async def test_a_login_that_every_server_refuses_is_a_fault_that_names_them(
    net: Net, tmp_path: Path
) -> None:
    """A list of one is as before."""
    async with stranger(tmp_path) as first, stranger(tmp_path) as second:
        addresses = [first.address, second.address]
        with pytest.raises(LoginRejected) as refused:
            await client_of(net, addresses).run(Recorder())
        with pytest.raises(LoginRejected, match=r"^login rejected: not authorized$"):
            await client_of(net, first.address).run(Recorder())

    assert refused.value.reason is RejectReason.NOT_AUTHORIZED
    assert str(refused.value) == "; ".join(
        f"{address}: login rejected: not authorized" for address in addresses
    )


@pytest.mark.parametrize("second", ["standby", "closed"])
async def test_a_refusal_is_told_where_the_other_server_takes_no_logins(
    net: Net, tmp_path: Path, closed: Address, second: str
) -> None:
    """A standby decides nothing; a server that is away has until the end of the first login."""
    timeout_s = None if second == "standby" else 0.0
    async with stranger(tmp_path) as first, net.serving(Standby(net.memory_stream())) as standby:
        other = standby.address if second == "standby" else closed
        client = client_of(net, [first.address, other], first_login_timeout_s=timeout_s)
        with pytest.raises(LoginRejected) as refused:
            await client.run(Recorder())

    assert refused.value.reason is RejectReason.NOT_AUTHORIZED


async def test_a_corrected_password_is_sent_with_the_next_login(net: Net) -> None:
    """Whoever gives a function has it called before each login."""
    passwords = ["secret", "wrong"]
    credentials = Credentials("news", "wrong", read_password=passwords.pop)
    recorder = Recorder()
    async with net.serving(feed(net, 3)) as running:
        client = client_of(net, running.address, credentials=credentials)
        with pytest.raises(LoginRejected):
            await client.run(recorder)
        task = asyncio.create_task(client.run(recorder))
        await recorder.until(2)
        client.close()
        task.cancel()

    assert ticks_of(recorder) == [1, 2, 3]


async def test_a_refusal_is_logged_once(
    net: Net, tmp_path: Path, closed: Address, caplog: pytest.LogCaptureFixture
) -> None:
    """However often the login is tried: the server's answer is the same."""
    caplog.set_level(logging.INFO)
    logins, many = 0, asyncio.Event()

    def password() -> str:
        nonlocal logins
        logins += 1
        if logins == 10:
            many.set()
        return "secret"

    async with stranger(tmp_path) as first:
        credentials = Credentials("news", "secret", read_password=password)
        async with following(net, [first.address, closed], credentials=credentials):
            await many.wait()

    assert sum("login rejected by server" in message for message in caplog.messages) == 1


class Choosy(Recorder):
    """Takes nothing from the first feed that comes."""

    def on_connected(self) -> None:
        """Raise a fault, once."""
        if not self.calls:
            self.calls.append("fault")
            raise OperatorFault("upstream", "is not to be followed", "follow another one")


async def test_a_server_that_is_left_is_the_last_to_be_tried_again(net: Net) -> None:
    """What its listener has refused comes from the next one, from the beginning."""
    recorder = Choosy()
    async with net.serving(feed(net, 2)) as first, net.serving(feed(net, 3)) as second:
        client = client_of(net, [first.address, second.address])
        with pytest.raises(OperatorFault):
            await client.run(recorder)
        client.close()
        left = client.leave_server("is not to be followed")
        problem = client.contact.problem
        client.go_to("", 1)
        task = asyncio.create_task(client.run(recorder))
        await recorder.until(3)
        now = client.contact.server
        client.close()
        task.cancel()

    assert (left, problem) == (first.address, "is not to be followed")
    assert ticks_of(recorder) == [1, 2, 3]
    assert now == str(second.address)


def problems(contact: Contact, *failures: tuple[Address, str]) -> Sequence[bool]:
    """Note the failures; return which of them were news."""
    return [contact.failed(*failure) for failure in failures]


def test_contact_is_lost_with_a_reason_for_each_server_and_a_time() -> None:
    """It counts from the loss, not from the last attempt; a login makes it anew."""
    clock = FakeClock()
    contact = Contact(clock)
    assert (contact.problem, contact.server) == (CONNECTING, None)
    assert [contact.made(FIRST), contact.made(FIRST)] == [True, False]
    assert (contact.problem, contact.server, contact.away_s) == (None, str(FIRST), 0.0)
    news = problems(contact, (FIRST, "closed"))
    clock.now_ns += 20 * NANOSECONDS_PER_SECOND
    news = [*news, *problems(contact, (FIRST, "closed"), (FIRST, "silent"), (SECOND, "refused"))]

    assert news == [True, False, True, True]
    assert contact.problem == f"{FIRST}: silent; {SECOND}: refused"
    assert (contact.away_s, contact.server) == (20.0, None)
    contact.made(SECOND)
    assert contact.away_s == 0.0
    assert [contact.problem, contact.server] == [None, str(SECOND)]
