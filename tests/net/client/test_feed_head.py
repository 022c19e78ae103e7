"""The head of a feed session, asked for without receiving it."""

import asyncio
import logging

import pytest

from tests.kit.net import Net
from tests.net.client.feeds import feed
from tradestack.net.client.feed_head import find_head, probe_head
from tradestack.net.client.login import Credentials


async def test_probe_head_returns_session_and_head(net: Net) -> None:
    """Nothing is received; an empty session has the head 0."""
    handler = feed(net, 12)
    async with net.serving(handler) as running:
        before = await probe_head(running.address, net.credentials)
        handler.current.packets.clear()
        empty = await probe_head(running.address, net.credentials)

    assert (before, empty) == (("0ABCDE1234", 12), ("0ABCDE1234", 0))


async def test_find_head_waits_for_another_session_than_the_ended_one(net: Net) -> None:
    """The gateway serves an ended session until it begins the next one."""
    handler = feed(net, 12)
    async with net.serving(handler) as running:
        found = asyncio.ensure_future(
            find_head([running.address], net.credentials, ended="0ABCDE1234")
        )
        await handler.until(lambda: len(handler.joined) >= 1)
        following = net.memory_stream("1ABCDE1234")
        handler.streams["1ABCDE1234"] = handler.current = following

        assert await found == ("1ABCDE1234", 0)


async def test_a_corrected_password_finds_the_head(
    net: Net, caplog: pytest.LogCaptureFixture
) -> None:
    """It is read before each login; the same refusal is logged once."""
    caplog.set_level(logging.ERROR)
    passwords = ["secret", "wrong", "wrong"]
    credentials = Credentials("news", "wrong", read_password=passwords.pop)
    async with net.serving(feed(net, 12)) as running:
        found = await find_head([running.address], credentials)

    assert (found, passwords) == (("0ABCDE1234", 12), [])
    assert sum("rejected by server" in message for message in caplog.messages) == 1
